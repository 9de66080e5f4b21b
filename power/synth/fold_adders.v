// Full and half adders with a constant input, as simpler ones.
(* techmap_celltype = "ax_fa" *)
module fold_fa (a_i, b_i, c_i, s_o, c_o);
  input a_i, b_i, c_i;
  output s_o, c_o;
  parameter _TECHMAP_CONSTMSK_a_i_ = 0;
  parameter _TECHMAP_CONSTMSK_b_i_ = 0;
  parameter _TECHMAP_CONSTMSK_c_i_ = 0;
  parameter _TECHMAP_CONSTVAL_a_i_ = 0;
  parameter _TECHMAP_CONSTVAL_b_i_ = 0;
  parameter _TECHMAP_CONSTVAL_c_i_ = 0;
  wire _TECHMAP_FAIL_ = !(_TECHMAP_CONSTMSK_a_i_ || _TECHMAP_CONSTMSK_b_i_ || _TECHMAP_CONSTMSK_c_i_);
  // One constant, and the two inputs that are left.
  wire x = _TECHMAP_CONSTMSK_c_i_ || _TECHMAP_CONSTMSK_b_i_ ? a_i : b_i;
  wire y = _TECHMAP_CONSTMSK_c_i_ ? b_i : c_i;
  generate
    if (_TECHMAP_CONSTMSK_c_i_ ? _TECHMAP_CONSTVAL_c_i_ :
        _TECHMAP_CONSTMSK_b_i_ ? _TECHMAP_CONSTVAL_b_i_ : _TECHMAP_CONSTVAL_a_i_) begin
      assign s_o = ~(x ^ y);
      assign c_o = x | y;
    end else begin
      ax_ha half (.a_i(x), .b_i(y), .s_o(s_o), .c_o(c_o));
    end
  endgenerate
endmodule

(* techmap_celltype = "ax_ha" *)
module fold_ha (a_i, b_i, s_o, c_o);
  input a_i, b_i;
  output s_o, c_o;
  parameter _TECHMAP_CONSTMSK_a_i_ = 0;
  parameter _TECHMAP_CONSTMSK_b_i_ = 0;
  wire _TECHMAP_FAIL_ = !(_TECHMAP_CONSTMSK_a_i_ || _TECHMAP_CONSTMSK_b_i_);
  assign s_o = a_i ^ b_i;
  assign c_o = a_i & b_i;
endmodule
