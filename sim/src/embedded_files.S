/* Files linked into the program; embedded_files.cpp gives them types. Names are relative to the source folder. */
    .section .rodata
    .macro embed name, files:vararg
    .global axvp_embedded_\name
    .global axvp_embedded_\name\()_end
    .balign 16
axvp_embedded_\name:
    .irp file, \files
    .incbin "\file"
    .endr
axvp_embedded_\name\()_end:
    .byte 0
    .endm

    embed default_config, "sim/configs/default.toml"
    embed energy_table, "power/tables/osu018.json"
    embed adder_modules, "rtl/multipliers/ax_fa.sv", "rtl/multipliers/ax_ha.sv"
    embed rtl_ax_fa, "rtl/multipliers/ax_fa.sv"
    embed rtl_ax_ha, "rtl/multipliers/ax_ha.sv"
    embed rtl_ax_delay, "rtl/array/ax_delay.sv"
    embed rtl_ax_sign_magnitude, "rtl/array/ax_sign_magnitude.sv"
    embed rtl_ax_pe, "rtl/pe/ax_pe.sv"
    embed rtl_ax_pe_os, "rtl/pe/ax_pe_os.sv"
    embed rtl_ax_ws_tile, "rtl/array/ax_ws_tile.sv"
    embed rtl_ax_os_tile, "rtl/array/ax_os_tile.sv"
    embed rtl_ax_ws_array, "rtl/array/ax_ws_array.sv"
    embed rtl_ax_os_array, "rtl/array/ax_os_array.sv"
    embed rtl_ax_lanes, "rtl/array/ax_lanes.sv"
    embed rtl_ax_requantise, "rtl/vector/ax_requantise.sv"
    embed rtl_ax_ws_array_checks, "rtl/assertions/ax_ws_array_checks.sv"
    embed rtl_ax_os_array_checks, "rtl/assertions/ax_os_array_checks.sv"
    embed mobilenet_v2_synth10, "workloads/networks/mobilenet_v2_synth10.onnx"
    embed resnet8_synth10, "workloads/networks/resnet8_synth10.onnx"

    embed report_page, "sim/report/page.html"
    embed report_style, "sim/report/page.css"
    embed report_script, "sim/report/figures.js", "sim/report/charts.js", "sim/report/sections.js", "sim/report/exploration.js", "sim/report/search.js", "sim/report/main.js"
    embed chart_library, "chart.min.js"

    .section .note.GNU-stack, "", %progbits
