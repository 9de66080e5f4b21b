// Passes a_i while on_i is 1, else 0. Synthesis keeps the module: merged with the gates behind it, it would isolate nothing.
(* keep_hierarchy *)
module ax_isolate (
  input  logic a_i,
  input  logic on_i,
  output logic y_o
);
  assign y_o = a_i & on_i;
endmodule
