// The products of the simulated pool, written by the simulation: index {select, activation, weight}.
package ax_pool_products;
  logic [15:0] products[2**20] /*verilator public_flat_rw*/;
endpackage
