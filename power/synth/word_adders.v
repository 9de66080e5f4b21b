// The carry-save adders that Yosys makes of multiplications and sums of many terms.
(* techmap_celltype = "$fa" *)
module word_fa (A, B, C, X, Y);
  parameter WIDTH = 1;
  input [WIDTH-1:0] A, B, C;
  output [WIDTH-1:0] X, Y;  // carries and sums
  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : gen_bit
      ax_fa full (.a_i(A[i]), .b_i(B[i]), .c_i(C[i]), .s_o(Y[i]), .c_o(X[i]));
    end
  endgenerate
endmodule
