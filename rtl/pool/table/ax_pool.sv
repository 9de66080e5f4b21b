// View of a pool for simulation only: its products, tabulated from the multipliers' gates. For synthesis there is
// rtl/pool/gates.
module ax_pool #(
  parameter int unsigned SelectWidth = 5
) (
  input  logic [7:0]             x_i,
  input  logic [6:0]             w_i,
  input  logic [SelectWidth-1:0] select_i,
  output logic [15:0]            p_o
);
  assign p_o = ax_pool_products::products[{select_i, x_i, w_i}];
endmodule
