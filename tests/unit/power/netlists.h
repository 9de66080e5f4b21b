#pragma once

#include <string>

#include "tiny_library.h"

namespace axvp {

/// y = !(!(a b)).
inline std::string nand_inverter() {
  return R"({"modules": {"top": {
    "ports": {"a": {"direction": "input", "bits": [2]}, "b": {"direction": "input", "bits": [3]},
              "y": {"direction": "output", "bits": [5]}},
    "cells": {"a_inverter": {"type": "INV", "connections": {"A": [4], "Y": [5]}},
              "b_nand": {"type": "NAND", "connections": {"A": [2], "B": [3], "Y": [4]}}}}}})";
}

/// A flip-flop with asynchronous clear that toggles while enable_i is 1.
inline std::string toggle_register() {
  return R"({"modules": {"top": {
    "ports": {"clk_i": {"direction": "input", "bits": [2]}, "rst_ni": {"direction": "input", "bits": [3]},
              "enable_i": {"direction": "input", "bits": [4]}, "q_o": {"direction": "output", "bits": [5]}},
    "cells": {"u_next": {"type": "XOR", "connections": {"A": [5], "B": [4], "Y": [6]}},
              "u_state": {"type": "DFF", "connections": {"D": [6], "CK": [2], "RN": [3], "Q": [5]}}}}}})";
}

/// Inputs a (net 2) and b (net 3), output y (net 4), one cell `g`.
inline std::string one_cell(const std::string& type, const std::string& connections) {
  return R"({"modules": {"top": {"ports": {"a": {"direction": "input", "bits": [2]},
    "b": {"direction": "input", "bits": [3]}, "y": {"direction": "output", "bits": [4]}},
    "cells": {"g": {"type": ")" +
         type + R"(", "connections": )" + connections + "}}}}}";
}

}  // namespace axvp
