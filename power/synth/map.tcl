# Map one design to the cells of a Liberty library; write the netlist and the cell counts as JSON.
yosys -import
set out $::env(AX_OUT)
set top $::env(AX_TOP)
set liberty $::env(AX_LIBERTY)
read_liberty -lib -ignore_miss_func $liberty
read_verilog -sv {*}[split $::env(AX_SOURCES) "\n"]

# Full and half adders stay whole until they become the library's adder cells. Yosys 0.23 extracts them wrongly from
# plain logic (`extract_fa`, fixed upstream in 2024), so the RTL instantiates them and arithmetic operators use them too.
read_verilog -overwrite $out/adders.v
hierarchy -check -top $top

# Modules named here keep their walls: their energy is reported apart.
foreach part [split $::env(AX_PARTS) "\n"] { setattr -mod -set keep_hierarchy 1 $part }
synth -flatten -top $top -run begin:fine
maccmap
techmap -map $out/word_adders.v
synth -flatten -top $top -run fine:

# A constant input turns a full adder into a half adder or two gates; that may make the next input constant.
for {set pass 0} {$pass < $::env(AX_FOLD_PASSES)} {incr pass} {
  techmap -map $out/fold_adders.v
  simplemap
  opt -full
}
techmap -map $out/map_adders.v
simplemap
dfflibmap -liberty $liberty
abc -liberty $liberty
setundef -zero
opt_clean -purge
check -assert
yosys rename -enumerate -pattern u_% t:*
tee -q -o $out/cells.json stat -json
write_json $out/netlist.json
