// Output-stationary array: Rows x Columns processing elements, skew and deskew registers, conversion to sign and magnitude.
//
// A fold begins in cycle s and lasts `slot` cycles: step k of its activations (byte r for output position r) and of its
// weights (byte c for output channel c) is at the ports in cycle s + k, the first one with first_i and the selection, the
// last one of the slot with last_i. Folds may follow one another without a gap if their slots last Rows cycles or more.
// Element (r, c) moves its sum to its drain register in cycle u = r, counted from s + slot + c. The registers of a column
// form a chain towards the last row; row r takes over from the row above in the r cycles from u = Rows on. So every row
// keeps its sum until those below have left, and no sum of the next fold meets one of this: the next fold's reaches row r
// in u = slot + r at the earliest, after the last take-over in u = Rows + r - 1.
// Sums leave from the last row to the first: row Rows - 1 - j is at sum_o in cycle s + slot + Rows + Columns - 1 + j.
module ax_os_array #(
  parameter int unsigned Rows        = 16,  // output positions
  parameter int unsigned Columns     = 16,  // output channels
  parameter int unsigned AccWidth    = 32,  // bits of a sum
  parameter int unsigned SelectWidth = 5    // instance and mode
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  // Operands of one step; bytes without an operand have to be 0.
  input  logic                        first_i,
  input  logic                        last_i,
  input  logic [SelectWidth-1:0]      select_i,
  input  logic                        act_signed_i,
  input  logic [Rows*8-1:0]           act_i,
  input  logic [Columns*8-1:0]        weight_i,
  // Sums: one row a cycle, word c from column c.
  output logic                        sum_valid_o,
  output logic [Columns*AccWidth-1:0] sum_o
);
  localparam int unsigned TokenWidth = 2 + SelectWidth;
  localparam int unsigned Since      = 2 * Rows + Columns - 1;

  // Bit j: last_i was at the port j + 1 cycles ago.
  logic [Since-1:0] since_last_d, since_last_q;
  assign since_last_d = {since_last_q[Since-2:0], last_i};
  assign sum_valid_o  = |since_last_q[2*Rows+Columns-2 : Rows+Columns-1];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) since_last_q <= '0;
    else since_last_q <= since_last_d;
  end

  for (genvar r = 0; r < Rows; r++) begin : gen_row
    logic                   sign, skewed_sign, skewed_first, skewed_last, drain_shift;
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
      .d_i({sign, mag, first_i, last_i, select_i}),
      .q_o({skewed_sign, skewed_mag, skewed_first, skewed_last, skewed_select})
    );
    if (r == 0) begin : gen_top
      assign drain_shift = 1'b0;
    end else begin : gen_below
      assign drain_shift = |since_last_q[Rows+r-1 : Rows];
    end
  end

  for (genvar c = 0; c < Columns; c++) begin : gen_column
    logic       sign, skewed_sign;
    logic [7:0] mag;
    logic [6:0] skewed_mag;
    logic       unused_top;
    ax_sign_magnitude u_convert (
      .is_signed_i(1'b1),
      .byte_i     (weight_i[c*8 +: 8]),
      .sign_o     (sign),
      .mag_o      (mag)
    );
    assign unused_top = mag[7];  // |w| <= 127
    ax_delay #(.Width(8), .Depth(c)) u_skew (
      .clk_i,
      .rst_ni,
      .d_i({sign, mag[6:0]}),
      .q_o({skewed_sign, skewed_mag})
    );
  end

  for (genvar r = 0; r < Rows; r++) begin : gen_pe_row
    for (genvar c = 0; c < Columns; c++) begin : gen_pe
      logic                       sign_in, sign_out, first_in, first_out, last_in, last_out, shift_in, shift_out;
      logic                       weight_sign_in, weight_sign_out;
      logic [7:0]                 mag_in, mag_out;
      logic [6:0]                 weight_mag_in, weight_mag_out;
      logic [SelectWidth-1:0]     select_in, select_out;
      logic signed [AccWidth-1:0] drain_in, drain_out;
      if (c == 0) begin : gen_west
        assign sign_in   = gen_row[r].skewed_sign;
        assign mag_in    = gen_row[r].skewed_mag;
        assign first_in  = gen_row[r].skewed_first;
        assign last_in   = gen_row[r].skewed_last;
        assign select_in = gen_row[r].skewed_select;
        assign shift_in  = gen_row[r].drain_shift;
      end else begin : gen_inner
        assign sign_in   = gen_pe_row[r].gen_pe[c-1].sign_out;
        assign mag_in    = gen_pe_row[r].gen_pe[c-1].mag_out;
        assign first_in  = gen_pe_row[r].gen_pe[c-1].first_out;
        assign last_in   = gen_pe_row[r].gen_pe[c-1].last_out;
        assign select_in = gen_pe_row[r].gen_pe[c-1].select_out;
        assign shift_in  = gen_pe_row[r].gen_pe[c-1].shift_out;
      end
      if (r == 0) begin : gen_north
        assign weight_sign_in = gen_column[c].skewed_sign;
        assign weight_mag_in  = gen_column[c].skewed_mag;
        assign drain_in       = '0;
      end else begin : gen_below
        assign weight_sign_in = gen_pe_row[r-1].gen_pe[c].weight_sign_out;
        assign weight_mag_in  = gen_pe_row[r-1].gen_pe[c].weight_mag_out;
        assign drain_in       = gen_pe_row[r-1].gen_pe[c].drain_out;
      end
      ax_os_tile #(.AccWidth(AccWidth), .SelectWidth(SelectWidth)) u_tile (
        .clk_i,
        .rst_ni,
        .act_sign_i   (sign_in),
        .act_mag_i    (mag_in),
        .first_i      (first_in),
        .last_i       (last_in),
        .select_i     (select_in),
        .act_sign_o   (sign_out),
        .act_mag_o    (mag_out),
        .first_o      (first_out),
        .last_o       (last_out),
        .select_o     (select_out),
        .weight_sign_i(weight_sign_in),
        .weight_mag_i (weight_mag_in),
        .weight_sign_o(weight_sign_out),
        .weight_mag_o (weight_mag_out),
        .drain_shift_i(shift_in),
        .drain_shift_o(shift_out),
        .drain_i      (drain_in),
        .drain_o      (drain_out)
      );
      if (c == Columns - 1) begin : gen_east
        logic unused_east;
        assign unused_east = ^{sign_out, mag_out, first_out, last_out, select_out, shift_out};
      end
      if (r == Rows - 1) begin : gen_south
        logic unused_south;
        assign unused_south = ^{weight_sign_out, weight_mag_out};
      end
    end
  end

  for (genvar c = 0; c < Columns; c++) begin : gen_deskew
    ax_delay #(.Width(AccWidth), .Depth(Columns - 1 - c)) u_deskew (
      .clk_i,
      .rst_ni,
      .d_i(gen_pe_row[Rows-1].gen_pe[c].drain_out),
      .q_o(sum_o[c*AccWidth +: AccWidth])
    );
  end
endmodule
