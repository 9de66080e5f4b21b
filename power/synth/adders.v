// What synthesis sees of rtl/multipliers/ax_fa.sv and ax_ha.sv until they are mapped.
(* blackbox *) module ax_fa (input a_i, input b_i, input c_i, output s_o, output c_o); endmodule
(* blackbox *) module ax_ha (input a_i, input b_i, output s_o, output c_o); endmodule
