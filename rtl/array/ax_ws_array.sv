// Weight-stationary array: Rows x Columns processing elements, skew and deskew registers, conversion to sign and magnitude.
//
// A fold begins in cycle s: row r of its weights may be at the weight port from cycle s + r at the latest, position m of
// its activations (one byte a row) is at the activation port in cycle s + m, the first one with swap_i and the selection.
// Element (r, c) gets position m in cycle s + m + r + c, its product joins the partial sum one cycle later, and all sums
// of position m are at sum_o in cycle s + m + Rows + Columns, with sum_valid_o. Element (r, c) gets its weight c cycles
// after the port, so the weights of the next fold can follow Rows cycles after those of this one, or when the last
// position of this fold has been at the port, whichever is later.
module ax_ws_array #(
  parameter int unsigned Rows        = 16,  // along K
  parameter int unsigned Columns     = 16,  // along the output channels
  parameter int unsigned AccWidth    = 32,  // bits of a sum
  parameter int unsigned SelectWidth = 5    // instance and mode
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  // Activations: byte r is for row r. In cycles without act_valid_i the bytes have to be 0.
  input  logic                        act_valid_i,
  input  logic                        act_signed_i,
  input  logic [Rows*8-1:0]           act_i,
  input  logic                        swap_i,
  input  logic [SelectWidth-1:0]      select_i,
  // Weights: one row a cycle, byte c for column c, two's complement in [-127, 127].
  input  logic                        weight_valid_i,
  input  logic [15:0]                 weight_row_i,
  input  logic [Columns*8-1:0]        weight_i,
  // Sums: one position a cycle, word c from column c.
  output logic                        sum_valid_o,
  output logic [Columns*AccWidth-1:0] sum_o
);
  localparam int unsigned TokenWidth = 1 + SelectWidth;
  localparam int unsigned BusWidth   = 1 + 16 + 8;

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    logic                   sign, skewed_sign, skewed_swap;
    logic [7:0]             mag, skewed_mag;
    logic [SelectWidth-1:0] skewed_select;
    ax_sign_magnitude u_convert (
      .is_signed_i(act_signed_i),
      .byte_i     (act_i[r*8 +: 8]),
      .sign_o     (sign),
      .mag_o      (mag)
    );
    ax_delay #(.Width(9 + TokenWidth), .Depth(r)) u_skew (
      .clk_i,
      .rst_ni,
      .d_i({sign, mag, swap_i, select_i}),
      .q_o({skewed_sign, skewed_mag, skewed_swap, skewed_select})
    );
  end

  for (genvar c = 0; c < Columns; c++) begin : gen_column
    logic        sign, valid, skewed_sign;
    logic [7:0]  mag;
    logic [6:0]  skewed_mag;
    logic [15:0] row;
    logic        unused_top;
    ax_sign_magnitude u_convert (
      .is_signed_i(1'b1),
      .byte_i     (weight_i[c*8 +: 8]),
      .sign_o     (sign),
      .mag_o      (mag)
    );
    assign unused_top = mag[7];  // |w| <= 127
    ax_delay #(.Width(BusWidth), .Depth(c)) u_skew (
      .clk_i,
      .rst_ni,
      .d_i({weight_valid_i, weight_row_i, sign, mag[6:0]}),
      .q_o({valid, row, skewed_sign, skewed_mag})
    );
  end

  for (genvar r = 0; r < Rows; r++) begin : gen_pe_row
    for (genvar c = 0; c < Columns; c++) begin : gen_pe
      logic                       sign_in, sign_out, swap_in, swap_out;
      logic [7:0]                 mag_in, mag_out;
      logic [SelectWidth-1:0]     select_in, select_out;
      logic signed [AccWidth-1:0] sum_in, sum_out;
      if (c == 0) begin : gen_west
        assign sign_in   = gen_row[r].skewed_sign;
        assign mag_in    = gen_row[r].skewed_mag;
        assign swap_in   = gen_row[r].skewed_swap;
        assign select_in = gen_row[r].skewed_select;
      end else begin : gen_inner
        assign sign_in   = gen_pe_row[r].gen_pe[c-1].sign_out;
        assign mag_in    = gen_pe_row[r].gen_pe[c-1].mag_out;
        assign swap_in   = gen_pe_row[r].gen_pe[c-1].swap_out;
        assign select_in = gen_pe_row[r].gen_pe[c-1].select_out;
      end
      if (r == 0) begin : gen_north
        assign sum_in = '0;
      end else begin : gen_below
        assign sum_in = gen_pe_row[r-1].gen_pe[c].sum_out;
      end
      ax_ws_tile #(.AccWidth(AccWidth), .SelectWidth(SelectWidth)) u_tile (
        .clk_i,
        .rst_ni,
        .act_sign_i   (sign_in),
        .act_mag_i    (mag_in),
        .swap_i       (swap_in),
        .select_i     (select_in),
        .act_sign_o   (sign_out),
        .act_mag_o    (mag_out),
        .swap_o       (swap_out),
        .select_o     (select_out),
        .weight_we_i  (gen_column[c].valid & (gen_column[c].row == 16'(r))),
        .weight_sign_i(gen_column[c].skewed_sign),
        .weight_mag_i (gen_column[c].skewed_mag),
        .psum_i       (sum_in),
        .psum_o       (sum_out)
      );
      if (c == Columns - 1) begin : gen_east
        logic unused_east;
        assign unused_east = ^{sign_out, mag_out, swap_out, select_out};
      end
    end
  end

  for (genvar c = 0; c < Columns; c++) begin : gen_deskew
    ax_delay #(.Width(AccWidth), .Depth(Columns - 1 - c)) u_deskew (
      .clk_i,
      .rst_ni,
      .d_i(gen_pe_row[Rows-1].gen_pe[c].sum_out),
      .q_o(sum_o[c*AccWidth +: AccWidth])
    );
  end
  ax_delay #(.Width(1), .Depth(Rows + Columns)) u_valid (
    .clk_i,
    .rst_ni,
    .d_i(act_valid_i),
    .q_o(sum_valid_o)
  );
endmodule
