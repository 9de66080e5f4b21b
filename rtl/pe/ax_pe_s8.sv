// Weight-stationary processing element of the s8 encoding (two's complement), round a pool of multipliers outside.
//
// Pipeline, swap of weights and zero gating are those of ax_pe; products arrive with their sign.
module ax_pe_s8 #(
  parameter int unsigned AccWidth    = 32,  // bits of the partial sum; at least 17
  parameter int unsigned SelectWidth = 2    // bits the token carries to the pool: instance and mode
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  // Activation and token, from west to east.
  input  logic [7:0]                 act_i,
  input  logic                       swap_i,
  input  logic [SelectWidth-1:0]     select_i,  // counts where swap_i is 1
  output logic [7:0]                 act_o,
  output logic                       swap_o,
  output logic [SelectWidth-1:0]     select_o,
  // Shadow weight, written from the column's bus.
  input  logic                       weight_we_i,
  input  logic [7:0]                 weight_i,
  // Partial sum, from north to south.
  input  logic signed [AccWidth-1:0] psum_i,
  output logic signed [AccWidth-1:0] psum_o,
  // The pool: a two's complement core between registers.
  output logic [7:0]                 mul_x_o,
  output logic [7:0]                 mul_w_o,
  output logic [SelectWidth-1:0]     mul_select_o,
  input  logic [15:0]                mul_p_i
);
`ifndef SYNTHESIS
  initial assert (AccWidth >= 17) else $fatal(1, "ax_pe_s8: AccWidth is below 17");
`endif

  logic [7:0]                 act_q;
  logic                       swap_q;
  logic [SelectWidth-1:0]     select_d, select_q;
  logic [7:0]                 shadow_d, shadow_q;
  logic                       weight_zero_d, weight_zero_q;
  logic [7:0]                 weight_d, weight_q;
  logic [7:0]                 operand_d, operand_q;
  logic                       gated_d, gated_q;
  logic        [15:0]         product;
  logic signed [AccWidth-1:0] psum_d, psum_q;

  // Weights.
  assign shadow_d = weight_we_i ? weight_i : shadow_q;
  assign select_d = swap_i ? select_i : select_q;
  always_comb begin
    weight_zero_d = weight_zero_q;
    weight_d      = weight_q;
    if (swap_i) begin
      weight_zero_d = shadow_d == '0;
      if (shadow_d != '0) weight_d = shadow_d;
    end
  end

  // Operand hold.
  assign gated_d   = (act_i == '0) | weight_zero_d;
  assign operand_d = gated_d ? operand_q : act_i;

  assign mul_x_o      = operand_q;
  assign mul_w_o      = weight_q;
  assign mul_select_o = select_q;

  assign product = mul_p_i & {16{~gated_q}};
  assign psum_d  = psum_i + $signed({{(AccWidth - 16) {product[15]}}, product});

  assign act_o    = act_q;
  assign swap_o   = swap_q;
  assign select_o = select_q;
  assign psum_o   = psum_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      act_q         <= '0;
      swap_q        <= 1'b0;
      select_q      <= '0;
      shadow_q      <= '0;
      weight_zero_q <= 1'b1;
      weight_q      <= '0;
      operand_q     <= '0;
      gated_q       <= 1'b1;
      psum_q        <= '0;
    end else begin
      act_q         <= act_i;
      swap_q        <= swap_i;
      select_q      <= select_d;
      shadow_q      <= shadow_d;
      weight_zero_q <= weight_zero_d;
      weight_q      <= weight_d;
      operand_q     <= operand_d;
      gated_q       <= gated_d;
      psum_q        <= psum_d;
    end
  end
endmodule
