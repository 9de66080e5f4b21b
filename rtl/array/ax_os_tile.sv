// An output-stationary processing element with its pool of multipliers.
module ax_os_tile #(
  parameter int unsigned AccWidth    = 32,
  parameter int unsigned SelectWidth = 5
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       act_sign_i,
  input  logic [7:0]                 act_mag_i,
  input  logic                       first_i,
  input  logic                       last_i,
  input  logic [SelectWidth-1:0]     select_i,
  output logic                       act_sign_o,
  output logic [7:0]                 act_mag_o,
  output logic                       first_o,
  output logic                       last_o,
  output logic [SelectWidth-1:0]     select_o,
  input  logic                       weight_sign_i,
  input  logic [6:0]                 weight_mag_i,
  output logic                       weight_sign_o,
  output logic [6:0]                 weight_mag_o,
  input  logic                       drain_shift_i,
  output logic                       drain_shift_o,
  input  logic signed [AccWidth-1:0] drain_i,
  output logic signed [AccWidth-1:0] drain_o
);
  logic [7:0]             x;
  logic [6:0]             w;
  logic [SelectWidth-1:0] select;
  logic [15:0]            p;

  ax_pool #(.SelectWidth(SelectWidth)) u_pool (.x_i(x), .w_i(w), .select_i(select), .p_o(p));

  ax_pe_os #(.AccWidth(AccWidth), .SelectWidth(SelectWidth)) u_pe (
    .clk_i,
    .rst_ni,
    .act_sign_i,
    .act_mag_i,
    .first_i,
    .last_i,
    .select_i,
    .act_sign_o,
    .act_mag_o,
    .first_o,
    .last_o,
    .select_o,
    .weight_sign_i,
    .weight_mag_i,
    .weight_sign_o,
    .weight_mag_o,
    .drain_shift_i,
    .drain_shift_o,
    .drain_i,
    .drain_o,
    .mul_x_o     (x),
    .mul_w_o     (w),
    .mul_select_o(select),
    .mul_p_i     (p)
  );
endmodule
