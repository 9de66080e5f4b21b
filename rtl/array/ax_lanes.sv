// Multiplier lanes beside an array, for depthwise layers: output-stationary elements with their pools, each with operands
// of its own.
//
// A pass begins in cycle s: step k of every lane's activations and weights is at the ports in cycle s + k, the first one
// with first_i and the selection, the last one of `steps` with last_i. Passes may follow one another without a gap. The sums
// of a pass are at sum_o in cycle s + steps + 1.
module ax_lanes #(
  parameter int unsigned Lanes       = 64,
  parameter int unsigned AccWidth    = 32,  // bits of a sum
  parameter int unsigned SelectWidth = 5    // instance and mode
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  // Operands of one step; bytes without an operand have to be 0.
  input  logic                      first_i,
  input  logic                      last_i,
  input  logic [SelectWidth-1:0]    select_i,
  input  logic                      act_signed_i,
  input  logic [Lanes*8-1:0]        act_i,
  input  logic [Lanes*8-1:0]        weight_i,
  // Sums: word i from lane i.
  output logic                      sum_valid_o,
  output logic [Lanes*AccWidth-1:0] sum_o
);
  // Bit j: last_i was at the port j + 1 cycles ago.
  logic [1:0] since_last_d, since_last_q;
  assign since_last_d = {since_last_q[0], last_i};
  assign sum_valid_o  = since_last_q[1];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) since_last_q <= '0;
    else since_last_q <= since_last_d;
  end

  for (genvar i = 0; i < Lanes; i++) begin : gen_lane
    logic                   act_sign, weight_sign, unused_top, unused_out;
    logic [7:0]             act_mag, weight_mag;
    logic                   act_sign_out, first_out, last_out, weight_sign_out, shift_out;
    logic [7:0]             act_mag_out;
    logic [6:0]             weight_mag_out;
    logic [SelectWidth-1:0] select_out;
    ax_sign_magnitude u_activation (
      .is_signed_i(act_signed_i),
      .byte_i     (act_i[i*8 +: 8]),
      .sign_o     (act_sign),
      .mag_o      (act_mag)
    );
    ax_sign_magnitude u_weight (
      .is_signed_i(1'b1),
      .byte_i     (weight_i[i*8 +: 8]),
      .sign_o     (weight_sign),
      .mag_o      (weight_mag)
    );
    assign unused_top = weight_mag[7];  // |w| <= 127
    ax_os_tile #(.AccWidth(AccWidth), .SelectWidth(SelectWidth)) u_tile (
      .clk_i,
      .rst_ni,
      .act_sign_i   (act_sign),
      .act_mag_i    (act_mag),
      .first_i,
      .last_i,
      .select_i,
      .act_sign_o   (act_sign_out),
      .act_mag_o    (act_mag_out),
      .first_o      (first_out),
      .last_o       (last_out),
      .select_o     (select_out),
      .weight_sign_i(weight_sign),
      .weight_mag_i (weight_mag[6:0]),
      .weight_sign_o(weight_sign_out),
      .weight_mag_o (weight_mag_out),
      .drain_shift_i(1'b0),
      .drain_shift_o(shift_out),
      .drain_i      ('0),
      .drain_o      (sum_o[i*AccWidth +: AccWidth])
    );
    assign unused_out = ^{act_sign_out, act_mag_out, first_out, last_out, select_out, weight_sign_out, weight_mag_out,
                          shift_out};
  end
endmodule
