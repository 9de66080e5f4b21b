// Half adder: a_i + b_i = s_o + 2 c_o. A module, so that synthesis can map it to the library's half-adder cell.
module ax_ha (
  input  logic a_i,
  input  logic b_i,
  output logic s_o,
  output logic c_o
);
  assign s_o = a_i ^ b_i;
  assign c_o = a_i & b_i;
endmodule
