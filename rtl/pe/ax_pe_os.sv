// Output-stationary processing element of the sm8 encoding, round a pool of multipliers that sits outside.
//
// Cycle t:     activation, weight and tokens are at the inputs.
// Cycle t + 1: both operands are at the pool, the product joins the sum; with the token `first` the sum starts anew, with
//              `last` it goes to the drain register. Activation and tokens leave to the east, the weight to the south.
// The drain register takes its own sum or, while drain_shift_i is set, that of the element to the north.
// Zero gating: with activation or weight 0 nothing is added and the pool's inputs keep their values.
module ax_pe_os #(
  parameter int unsigned AccWidth    = 32,  // bits of the sum; at least 17
  parameter int unsigned SelectWidth = 2    // bits the token `first` carries to the pool: instance and mode
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  // Activation and tokens, from west to east.
  input  logic                       act_sign_i,
  input  logic [7:0]                 act_mag_i,
  input  logic                       first_i,
  input  logic                       last_i,
  input  logic [SelectWidth-1:0]     select_i,  // counts where first_i is 1
  output logic                       act_sign_o,
  output logic [7:0]                 act_mag_o,
  output logic                       first_o,
  output logic                       last_o,
  output logic [SelectWidth-1:0]     select_o,
  // Weight, from north to south.
  input  logic                       weight_sign_i,
  input  logic [6:0]                 weight_mag_i,
  output logic                       weight_sign_o,
  output logic [6:0]                 weight_mag_o,
  // Drain: the enable from west to east, the sums from north to south.
  input  logic                       drain_shift_i,
  output logic                       drain_shift_o,
  input  logic signed [AccWidth-1:0] drain_i,
  output logic signed [AccWidth-1:0] drain_o,
  // The pool: an unsigned core between registers.
  output logic [7:0]                 mul_x_o,
  output logic [6:0]                 mul_w_o,
  output logic [SelectWidth-1:0]     mul_select_o,
  input  logic [15:0]                mul_p_i
);
`ifndef SYNTHESIS
  initial assert (AccWidth >= 17) else $fatal(1, "ax_pe_os: AccWidth is below 17");
`endif

  logic                       act_sign_q, weight_sign_q, first_q, last_q, drain_shift_q;
  logic [7:0]                 act_mag_q;
  logic [6:0]                 weight_mag_q;
  logic [SelectWidth-1:0]     select_d, select_q;
  logic [7:0]                 operand_x_d, operand_x_q;
  logic [6:0]                 operand_w_d, operand_w_q;
  logic                       gated_d, gated_q;
  logic                       subtract;
  logic        [AccWidth-1:0] start, magnitude, addend;
  logic        [AccWidth:0]   sum;
  logic                       unused_carry_in;
  logic signed [AccWidth-1:0] sum_d, sum_q, drain_d, drain_q;

  assign select_d    = first_i ? select_i : select_q;
  assign gated_d     = (act_mag_i == '0) | (weight_mag_i == '0);
  assign operand_x_d = gated_d ? operand_x_q : act_mag_i;
  assign operand_w_d = gated_d ? operand_w_q : weight_mag_i;

  // The sign enters the sum as add or subtract, see ax_pe.
  assign start     = first_q ? '0 : sum_q;
  assign subtract  = (act_sign_q ^ weight_sign_q) & ~gated_q;
  assign magnitude = {{(AccWidth - 16) {1'b0}}, mul_p_i & {16{~gated_q}}};
  assign addend    = magnitude ^ {AccWidth{subtract}};
  assign sum       = {start, 1'b1} + {addend, subtract};
  assign sum_d     = $signed(sum[AccWidth:1]);
  assign unused_carry_in = sum[0];
  always_comb begin
    drain_d = drain_q;
    if (last_q) drain_d = sum_d;
    else if (drain_shift_i) drain_d = drain_i;
  end

  assign act_sign_o    = act_sign_q;
  assign act_mag_o     = act_mag_q;
  assign first_o       = first_q;
  assign last_o        = last_q;
  assign select_o      = select_q;
  assign weight_sign_o = weight_sign_q;
  assign weight_mag_o  = weight_mag_q;
  assign drain_shift_o = drain_shift_q;
  assign drain_o       = drain_q;
  assign mul_x_o       = operand_x_q;
  assign mul_w_o       = operand_w_q;
  assign mul_select_o  = select_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      act_sign_q    <= 1'b0;
      act_mag_q     <= '0;
      first_q       <= 1'b0;
      last_q        <= 1'b0;
      select_q      <= '0;
      weight_sign_q <= 1'b0;
      weight_mag_q  <= '0;
      drain_shift_q <= 1'b0;
      operand_x_q   <= '0;
      operand_w_q   <= '0;
      gated_q       <= 1'b1;
      sum_q         <= '0;
      drain_q       <= '0;
    end else begin
      act_sign_q    <= act_sign_i;
      act_mag_q     <= act_mag_i;
      first_q       <= first_i;
      last_q        <= last_i;
      select_q      <= select_d;
      weight_sign_q <= weight_sign_i;
      weight_mag_q  <= weight_mag_i;
      drain_shift_q <= drain_shift_i;
      operand_x_q   <= operand_x_d;
      operand_w_q   <= operand_w_d;
      gated_q       <= gated_d;
      sum_q         <= sum_d;
      drain_q       <= drain_d;
    end
  end
endmodule
