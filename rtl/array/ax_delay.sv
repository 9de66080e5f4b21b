// `Depth` registers in a row; a wire where Depth is 0.
module ax_delay #(
  parameter int unsigned Width = 1,  // bits
  parameter int unsigned Depth = 1   // cycles
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [Width-1:0] d_i,
  output logic [Width-1:0] q_o
);
  if (Depth == 0) begin : gen_wire
    logic unused_clock;
    assign unused_clock = clk_i ^ rst_ni;
    assign q_o = d_i;
  end else begin : gen_registers
    logic [Depth*Width-1:0] stages_d, stages_q;
    if (Depth == 1) begin : gen_one
      assign stages_d = d_i;
    end else begin : gen_more
      assign stages_d = {stages_q[(Depth-1)*Width-1:0], d_i};
    end
    assign q_o = stages_q[(Depth-1)*Width +: Width];
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) stages_q <= '0;
      else stages_q <= stages_d;
    end
  end
endmodule
