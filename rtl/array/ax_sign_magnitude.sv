// The array's edge: a stored byte (two's complement in [-127, 127], or 0..255) as sign and magnitude.
module ax_sign_magnitude (
  input  logic       is_signed_i,
  input  logic [7:0] byte_i,
  output logic       sign_o,
  output logic [7:0] mag_o
);
  assign sign_o = is_signed_i & byte_i[7];
  assign mag_o  = sign_o ? 8'(~byte_i + 8'd1) : byte_i;
endmodule
