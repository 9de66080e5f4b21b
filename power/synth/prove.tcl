# Write a design as an and-inverter graph, for the equivalence check of ABC: from its RTL, or from its mapped netlist with
# the cell functions as Yosys' own reader of the library has them. One run for each: in Yosys 0.23 the second design of a
# run, after `design -reset`, may come out wrong.
yosys -import
set out $::env(AX_OUT)
set top $::env(AX_TOP)
if {$::env(AX_NETLIST) ne ""} {
  read_json $::env(AX_NETLIST)
  read_liberty -overwrite -ignore_miss_func $::env(AX_LIBERTY)
} else {
  read_verilog -sv {*}[split $::env(AX_SOURCES) "\n"]
}
hierarchy -check -top $top
setattr -mod -unset keep_hierarchy
flatten
procs
opt_clean
techmap
aigmap
opt_clean
write_aiger -symbols $out
