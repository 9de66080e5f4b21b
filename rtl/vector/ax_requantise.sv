// One lane of requantisation: y = clamp((acc * m0 + b + 2^(s-1)) >> s, lo, hi), arithmetic shift, s in [1, 32].
// Three cycles: product, sum, shift and clamp.
module ax_requantise (
  input  logic               clk_i,
  input  logic signed [31:0] acc_i,
  input  logic signed [15:0] m0_i,
  input  logic signed [47:0] b_i,
  input  logic        [5:0]  s_i,
  input  logic signed [31:0] lo_i,  // lo_i and hi_i are held while the outputs of one tensor pass
  input  logic signed [31:0] hi_i,
  output logic signed [31:0] y_o
);
  logic signed [47:0] product_d, product_q;
  logic signed [48:0] offset_d, offset_q;
  logic        [5:0]  product_shift_q, sum_shift_q;
  logic        [31:0] half;
  logic signed [49:0] sum_d, sum_q, shifted;
  logic signed [31:0] y_d, y_q;

  assign half      = 32'd1 << 5'(s_i - 6'd1);
  assign offset_d  = 49'(b_i) + $signed({17'd0, half});
  assign product_d = 48'(acc_i) * 48'(m0_i);
  assign sum_d     = 50'(product_q) + 50'(offset_q);
  assign shifted   = sum_q >>> sum_shift_q;

  always_comb begin
    y_d = shifted[31:0];
    if (shifted < 50'(lo_i)) y_d = lo_i;
    if (shifted > 50'(hi_i)) y_d = hi_i;
  end

  assign y_o = y_q;

  always_ff @(posedge clk_i) begin
    product_q       <= product_d;
    offset_q        <= offset_d;
    product_shift_q <= s_i;
    sum_q           <= sum_d;
    sum_shift_q     <= product_shift_q;
    y_q             <= y_d;
  end
endmodule
