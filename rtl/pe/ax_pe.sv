// Weight-stationary processing element of the sm8 encoding, round a pool of multipliers that sits outside.
//
// Cycle t:     an activation, and with the first one of a fold the swap token, are at the inputs.
// Cycle t + 1: activation, weight and product are at the pool; the activation and the token leave to the east.
// Cycle t + 2: psum_o = psum_i (of cycle t + 1) plus or minus the product.
//
// A swap makes the shadow weight the active one for the very activation it comes with; a weight that is written in the
// same cycle is the one that becomes active. The shadow register is free for the next fold from then on.
// Zero gating: with activation or weight 0 nothing is added and the pool's inputs keep their values. For that the active
// weight is a magnitude that stays, and a flag that says zero.
module ax_pe #(
  parameter int unsigned AccWidth    = 32,  // bits of the partial sum; at least 17
  parameter int unsigned SelectWidth = 2    // bits the token carries to the pool: instance and mode
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  // Activation and token, from west to east.
  input  logic                       act_sign_i,
  input  logic [7:0]                 act_mag_i,
  input  logic                       swap_i,
  input  logic [SelectWidth-1:0]     select_i,  // counts where swap_i is 1
  output logic                       act_sign_o,
  output logic [7:0]                 act_mag_o,
  output logic                       swap_o,
  output logic [SelectWidth-1:0]     select_o,
  // Shadow weight, written from the column's bus.
  input  logic                       weight_we_i,
  input  logic                       weight_sign_i,
  input  logic [6:0]                 weight_mag_i,
  // Partial sum, from north to south.
  input  logic signed [AccWidth-1:0] psum_i,
  output logic signed [AccWidth-1:0] psum_o,
  // The pool: an unsigned core between registers.
  output logic [7:0]                 mul_x_o,
  output logic [6:0]                 mul_w_o,
  output logic [SelectWidth-1:0]     mul_select_o,
  input  logic [15:0]                mul_p_i
);
`ifndef SYNTHESIS
  initial assert (AccWidth >= 17) else $fatal(1, "ax_pe: AccWidth is below 17");
`endif

  logic                   act_sign_q;
  logic [7:0]             act_mag_q;
  logic                   swap_q;
  logic [SelectWidth-1:0] select_d, select_q;
  logic                   shadow_sign_d, shadow_sign_q;
  logic [6:0]             shadow_mag_d, shadow_mag_q;
  logic                   weight_zero_d, weight_zero_q;
  logic                   weight_sign_d, weight_sign_q;
  logic [6:0]             weight_mag_d, weight_mag_q;
  logic [7:0]             operand_d, operand_q;
  logic                   gated_d, gated_q;

  // Weights.
  assign shadow_sign_d = weight_we_i ? weight_sign_i : shadow_sign_q;
  assign shadow_mag_d  = weight_we_i ? weight_mag_i : shadow_mag_q;
  assign select_d      = swap_i ? select_i : select_q;
  always_comb begin
    weight_zero_d = weight_zero_q;
    weight_sign_d = weight_sign_q;
    weight_mag_d  = weight_mag_q;
    if (swap_i) begin
      weight_zero_d = shadow_mag_d == '0;
      weight_sign_d = shadow_sign_d;
      if (shadow_mag_d != '0) weight_mag_d = shadow_mag_d;
    end
  end

  // Operand hold.
  assign gated_d   = (act_mag_i == '0) | weight_zero_d;
  assign operand_d = gated_d ? operand_q : act_mag_i;

  assign mul_x_o      = operand_q;
  assign mul_w_o      = weight_mag_q;
  assign mul_select_o = select_q;

  // The sign enters the sum as add or subtract, x - y = x + ~y + 1; the one is carried in by a bit below, so that one adder
  // does both.
  logic                       subtract;
  logic        [AccWidth-1:0] magnitude, addend;
  logic        [AccWidth:0]   sum;
  logic                       unused_carry_in;
  logic signed [AccWidth-1:0] psum_d, psum_q;
  assign subtract  = (act_sign_q ^ weight_sign_q) & ~gated_q;
  assign magnitude = {{(AccWidth - 16) {1'b0}}, mul_p_i & {16{~gated_q}}};
  assign addend    = magnitude ^ {AccWidth{subtract}};
  assign sum       = {psum_i, 1'b1} + {addend, subtract};
  assign psum_d    = $signed(sum[AccWidth:1]);
  assign unused_carry_in = sum[0];

  assign act_sign_o = act_sign_q;
  assign act_mag_o  = act_mag_q;
  assign swap_o     = swap_q;
  assign select_o   = select_q;
  assign psum_o     = psum_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      act_sign_q    <= 1'b0;
      act_mag_q     <= '0;
      swap_q        <= 1'b0;
      select_q      <= '0;
      shadow_sign_q <= 1'b0;
      shadow_mag_q  <= '0;
      weight_zero_q <= 1'b1;
      weight_sign_q <= 1'b0;
      weight_mag_q  <= '0;
      operand_q     <= '0;
      gated_q       <= 1'b1;
      psum_q        <= '0;
    end else begin
      act_sign_q    <= act_sign_i;
      act_mag_q     <= act_mag_i;
      swap_q        <= swap_i;
      select_q      <= select_d;
      shadow_sign_q <= shadow_sign_d;
      shadow_mag_q  <= shadow_mag_d;
      weight_zero_q <= weight_zero_d;
      weight_sign_q <= weight_sign_d;
      weight_mag_q  <= weight_mag_d;
      operand_q     <= operand_d;
      gated_q       <= gated_d;
      psum_q        <= psum_d;
    end
  end
endmodule
