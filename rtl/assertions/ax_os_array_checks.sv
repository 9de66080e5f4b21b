// What the owner of an output-stationary array has to keep to; for simulation. Bound to every ax_os_array by the last line.
module ax_os_array_checks #(
  parameter int unsigned Rows        = 16,
  parameter int unsigned Columns     = 16,
  parameter int unsigned SelectWidth = 5,
  parameter int unsigned Selectables = 2 ** SelectWidth
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic                   first_i,
  input logic                   last_i,
  input logic [SelectWidth-1:0] select_i,
  input logic                   act_signed_i,
  input logic [Rows*8-1:0]      act_i,
  input logic [Columns*8-1:0]   weight_i
);
  // Bit j: last_i was set j + 1 cycles ago.
  logic [Rows-1:0] last_q;
  logic            running_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      last_q    <= '0;
      running_q <= 1'b0;
    end else begin
      last_q    <= Rows'({last_q, last_i});
      running_q <= 1'b1;
    end
  end

  logic [Rows-1:0]    minus_128;
  logic [Columns-1:0] weight_minus_128;
  for (genvar r = 0; r < Rows; r++) begin : gen_row
    assign minus_128[r] = act_i[r*8 +: 8] == 8'h80;
  end
  for (genvar c = 0; c < Columns; c++) begin : gen_column
    assign weight_minus_128[c] = weight_i[c*8 +: 8] == 8'h80;
  end

  SelectionIsInThePool: assert property (@(posedge clk_i) !running_q || !first_i || (int'(select_i) < Selectables));
  SignedBytesAreNotMinus128: assert property (@(posedge clk_i) !running_q || !act_signed_i || (minus_128 == '0));
  WeightsAreNotMinus128: assert property (@(posedge clk_i) !running_q || weight_minus_128 == '0);
  SlotsLastRowsCycles: assert property (@(posedge clk_i) !running_q || !last_i || (Rows == 1) || (last_q[Rows-2:0] == '0));
endmodule

bind ax_os_array ax_os_array_checks #(.Rows(Rows), .Columns(Columns), .SelectWidth(SelectWidth)) u_checks (.*);
