// What the owner of a weight-stationary array has to keep to, and what the array promises; for simulation. Bound to every
// ax_ws_array by the last line.
module ax_ws_array_checks #(
  parameter int unsigned Rows        = 16,
  parameter int unsigned Columns     = 16,
  parameter int unsigned SelectWidth = 5,
  parameter int unsigned Selectables = 2 ** SelectWidth
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic                   act_valid_i,
  input logic                   act_signed_i,
  input logic [Rows*8-1:0]      act_i,
  input logic                   swap_i,
  input logic [SelectWidth-1:0] select_i,
  input logic                   weight_valid_i,
  input logic [15:0]            weight_row_i,
  input logic [Columns*8-1:0]   weight_i,
  input logic                   sum_valid_o
);
  // Bit j: act_valid_i was set j + 1 cycles ago.
  logic [Rows+Columns-1:0] valid_q;
  logic                    running_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q   <= '0;
      running_q <= 1'b0;
    end else begin
      valid_q   <= {valid_q[Rows+Columns-2:0], act_valid_i};
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

  IdleActivationsAreZero: assert property (@(posedge clk_i) !running_q || act_valid_i || (act_i == '0));
  SwapComesWithActivations: assert property (@(posedge clk_i) !running_q || !swap_i || act_valid_i);
  SelectionIsInThePool: assert property (@(posedge clk_i) !running_q || !swap_i || (int'(select_i) < Selectables));
  SignedBytesAreNotMinus128: assert property (@(posedge clk_i) !running_q || !act_signed_i || (minus_128 == '0));
  WeightsAreNotMinus128: assert property (@(posedge clk_i) !running_q || !weight_valid_i || (weight_minus_128 == '0));
  WeightRowExists: assert property (@(posedge clk_i) !running_q || !weight_valid_i || (weight_row_i < 16'(Rows)));
  SumsComeRowsPlusColumnsLater: assert property (@(posedge clk_i) !running_q || sum_valid_o == valid_q[Rows+Columns-1]);
endmodule

bind ax_ws_array ax_ws_array_checks #(.Rows(Rows), .Columns(Columns), .SelectWidth(SelectWidth)) u_checks (.*);
