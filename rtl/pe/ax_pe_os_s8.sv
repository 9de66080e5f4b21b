// Output-stationary processing element of the s8 encoding (two's complement), round a pool of multipliers outside.
//
// Pipeline, tokens, drain and zero gating are those of ax_pe_os; products arrive with their sign.
module ax_pe_os_s8 #(
  parameter int unsigned AccWidth    = 32,  // bits of the sum; at least 17
  parameter int unsigned SelectWidth = 2    // bits the token `first` carries to the pool: instance and mode
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  // Activation and tokens, from west to east.
  input  logic [7:0]                 act_i,
  input  logic                       first_i,
  input  logic                       last_i,
  input  logic [SelectWidth-1:0]     select_i,  // counts where first_i is 1
  output logic [7:0]                 act_o,
  output logic                       first_o,
  output logic                       last_o,
  output logic [SelectWidth-1:0]     select_o,
  // Weight, from north to south.
  input  logic [7:0]                 weight_i,
  output logic [7:0]                 weight_o,
  // Drain: the enable from west to east, the sums from north to south.
  input  logic                       drain_shift_i,
  output logic                       drain_shift_o,
  input  logic signed [AccWidth-1:0] drain_i,
  output logic signed [AccWidth-1:0] drain_o,
  // The pool: a two's complement core between registers.
  output logic [7:0]                 mul_x_o,
  output logic [7:0]                 mul_w_o,
  output logic [SelectWidth-1:0]     mul_select_o,
  input  logic [15:0]                mul_p_i
);
`ifndef SYNTHESIS
  initial assert (AccWidth >= 17) else $fatal(1, "ax_pe_os_s8: AccWidth is below 17");
`endif

  logic                       first_q, last_q, drain_shift_q;
  logic [7:0]                 act_q, weight_q;
  logic [SelectWidth-1:0]     select_d, select_q;
  logic [7:0]                 operand_x_d, operand_x_q, operand_w_d, operand_w_q;
  logic                       gated_d, gated_q;
  logic        [15:0]         product;
  logic signed [AccWidth-1:0] start, sum_d, sum_q, drain_d, drain_q;

  assign select_d    = first_i ? select_i : select_q;
  assign gated_d     = (act_i == '0) | (weight_i == '0);
  assign operand_x_d = gated_d ? operand_x_q : act_i;
  assign operand_w_d = gated_d ? operand_w_q : weight_i;

  assign start   = first_q ? '0 : sum_q;
  assign product = mul_p_i & {16{~gated_q}};
  assign sum_d   = start + $signed({{(AccWidth - 16) {product[15]}}, product});
  always_comb begin
    drain_d = drain_q;
    if (last_q) drain_d = sum_d;
    else if (drain_shift_i) drain_d = drain_i;
  end

  assign act_o         = act_q;
  assign first_o       = first_q;
  assign last_o        = last_q;
  assign select_o      = select_q;
  assign weight_o      = weight_q;
  assign drain_shift_o = drain_shift_q;
  assign drain_o       = drain_q;
  assign mul_x_o       = operand_x_q;
  assign mul_w_o       = operand_w_q;
  assign mul_select_o  = select_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      act_q         <= '0;
      first_q       <= 1'b0;
      last_q        <= 1'b0;
      select_q      <= '0;
      weight_q      <= '0;
      drain_shift_q <= 1'b0;
      operand_x_q   <= '0;
      operand_w_q   <= '0;
      gated_q       <= 1'b1;
      sum_q         <= '0;
      drain_q       <= '0;
    end else begin
      act_q         <= act_i;
      first_q       <= first_i;
      last_q        <= last_i;
      select_q      <= select_d;
      weight_q      <= weight_i;
      drain_shift_q <= drain_shift_i;
      operand_x_q   <= operand_x_d;
      operand_w_q   <= operand_w_d;
      gated_q       <= gated_d;
      sum_q         <= sum_d;
      drain_q       <= drain_d;
    end
  end
endmodule
