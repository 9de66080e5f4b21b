// Processing element whose pool is one gated-column Dadda multiplier; the token selects its mode.
module ax_pe_gated_dadda_468 (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               act_sign_i,
  input  logic [7:0]         act_mag_i,
  input  logic               swap_i,
  input  logic [1:0]         select_i,
  output logic               act_sign_o,
  output logic [7:0]         act_mag_o,
  output logic               swap_o,
  output logic [1:0]         select_o,
  input  logic               weight_we_i,
  input  logic               weight_sign_i,
  input  logic [6:0]         weight_mag_i,
  input  logic signed [31:0] psum_i,
  output logic signed [31:0] psum_o
);
  logic [7:0]  x;
  logic [6:0]  w;
  logic [1:0]  mode;
  logic [15:0] p;

  ax_mul_gated_dadda_468 u_multiplier (.x_i(x), .w_i({1'b0, w}), .mode_i(mode), .p_o(p));

  ax_pe #(.AccWidth(32), .SelectWidth(2)) u_pe (
    .clk_i,
    .rst_ni,
    .act_sign_i,
    .act_mag_i,
    .swap_i,
    .select_i,
    .act_sign_o,
    .act_mag_o,
    .swap_o,
    .select_o,
    .weight_we_i,
    .weight_sign_i,
    .weight_mag_i,
    .psum_i,
    .psum_o,
    .mul_x_o     (x),
    .mul_w_o     (w),
    .mul_select_o(mode),
    .mul_p_i     (p)
  );
endmodule
