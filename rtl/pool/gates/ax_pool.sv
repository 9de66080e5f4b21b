// A pool of four multipliers: select_i[4:2] is the instance, select_i[1:0] its mode. Instances that are not selected see
// operands of 0 (static isolation), so nothing in them toggles.
module ax_pool #(
  parameter int unsigned SelectWidth = 5
) (
  input  logic [7:0]             x_i,
  input  logic [6:0]             w_i,
  input  logic [SelectWidth-1:0] select_i,
  output logic [15:0]            p_o
);
`ifndef SYNTHESIS
  initial assert (SelectWidth == 5) else $fatal(1, "ax_pool: SelectWidth is not 5");
`endif
  logic [3:0]  chosen;
  logic [31:0] x, w;
  logic [63:0] p;
  for (genvar k = 0; k < 4; k++) begin : gen_isolation
    assign chosen[k]      = select_i[4:2] == 3'(k);
    assign x[k*8 +: 8]    = x_i & {8{chosen[k]}};
    assign w[k*8 +: 8]    = {1'b0, w_i & {7{chosen[k]}}};
  end
  ax_mul_dadda_exact     u_0 (.x_i(x[7:0]),   .w_i(w[7:0]),   .p_o(p[15:0]));
  ax_mul_dadda_trunc_k7c u_1 (.x_i(x[15:8]),  .w_i(w[15:8]),  .p_o(p[31:16]));
  ax_mul_dadda_trunc_k9c u_2 (.x_i(x[23:16]), .w_i(w[23:16]), .p_o(p[47:32]));
  ax_mul_gated_dadda_468 u_3 (
    .x_i   (x[31:24]),
    .w_i   (w[31:24]),
    .mode_i(select_i[1:0] & {2{chosen[3]}}),
    .p_o   (p[63:48])
  );
  // A multiplier may answer 0 x 0 with another number than 0 (its constant correction): AND-OR, not OR alone.
  assign p_o = (p[15:0] & {16{chosen[0]}}) | (p[31:16] & {16{chosen[1]}}) | (p[47:32] & {16{chosen[2]}}) |
               (p[63:48] & {16{chosen[3]}});
endmodule
