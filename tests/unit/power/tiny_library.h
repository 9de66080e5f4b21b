#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "axvp/power/liberty.h"

namespace axvp {

/// A library small enough to calculate with by hand: 2 V, so a toggle of C pF costs 2 C pJ.
inline const std::string kTinyLibrary = R"lib(/* by hand */
library (tiny) {
  delay_model : table_lookup;
  time_unit : "1ns";
  voltage_unit : "1V";
  leakage_power_unit : "1nW";
  capacitive_load_unit (1, pf);
  nom_voltage : 2.0;
  nom_temperature : 25;
  operating_conditions (hand) { voltage : 2.0; temperature : 25; }
  default_operating_conditions : hand;
  lu_table_template (over_slew) { variable_1 : input_net_transition; index_1 ("0.1, 0.3"); }
  lu_table_template (over_both) {
    variable_1 : total_output_net_capacitance;
    variable_2 : input_net_transition;
    index_1 ("0.01, 0.03");
    index_2 ("0.1, 0.2, 0.4");
  }
  cell (NAND) {
    area : 3;
    cell_leakage_power : 2;
    leakage_power () { when : "A&B"; value : 4; }
    leakage_power () { when : "!A"; value : 1; }
    pin (A) { direction : input; capacitance : 0.02; }
    pin (B) { direction : input; capacitance : 0.03; }
    pin (Y) {
      direction : output;
      function : "(A B)'";
      timing () {
        related_pin : "A B";
        timing_sense : negative_unate;
        cell_rise (scalar) { values ("1.0"); }
        cell_fall (scalar) { values ("2.0"); }
        rise_transition (scalar) { values ("0.1"); }
        fall_transition (scalar) { values ("0.2"); }
      }
      internal_power () {
        related_pin : "A";
        rise_power (scalar) { values ("0.1"); }
        fall_power (scalar) { values ("0.3"); }
      }
      internal_power () {
        related_pin : "B";
        rise_power (scalar) { values ("0.2"); }
        fall_power (scalar) { values ("0.4"); }
      }
    }
  }
  cell (INV) {
    area : 2;
    cell_leakage_power : 0.5;
    pin (A) { direction : input; capacitance : 0.05; }
    pin (Y) {
      direction : output;
      function : "!A";
      timing () {
        related_pin : "A";
        timing_sense : negative_unate;
        cell_rise (over_slew) { values ("1.0, 3.0"); }
        cell_fall (scalar) { values ("0.5"); }
        rise_transition (over_both) { values ("1, 2, 3", \
                                              "4, 5, 6"); }
        fall_transition (scalar) { values ("0.1"); }
      }
      internal_power () {
        related_pin : "A";
        rise_power (scalar) { values ("0.05"); }
        fall_power (scalar) { values ("0.15"); }
      }
    }
  }
  cell (XOR) {
    area : 4;
    pin (A) { direction : input; capacitance : 0.01; }
    pin (B) { direction : input; capacitance : 0.01; }
    pin (Y) { direction : output; function : "A ^ B"; }
  }
  cell (FULL) {
    area : 9;
    pin (P) { direction : input; capacitance : 0.01; }
    pin (Q) { direction : input; capacitance : 0.01; }
    pin (R) { direction : input; capacitance : 0.01; }
    pin (SUM) { direction : output; function : "P^Q^R"; }
    pin (CARRY) { direction : output; function : "P Q + R (P + Q)"; }
  }
  cell (DFF) {
    area : 6;
    ff (IQ, IQN) { next_state : "D"; clocked_on : "CK"; clear : "!RN"; }
    pin (CK) {
      direction : input;
      clock : true;
      capacitance : 0.04;
      internal_power () { power (scalar) { values ("0.01"); } }
    }
    pin (D) { direction : input; capacitance : 0.01; }
    pin (RN) { direction : input; capacitance : 0.01; }
    pin (Q) { direction : output; function : "IQ"; }
    pin (QN) { direction : output; function : "IQN"; }
  }
  cell (HOLD) {
    area : 5;
    latch (IQ, IQN) { data_in : "D"; enable : "G"; }
    pin (D) { direction : input; capacitance : 0.01; }
    pin (G) { direction : input; capacitance : 0.01; }
    pin (Q) { direction : output; function : "IQ"; }
  }
}
)lib";

inline std::shared_ptr<const LibertyLibrary> tiny_library() {
  auto library = parse_liberty(kTinyLibrary, "tiny.lib");
  if (!library) throw std::logic_error(library.error().message);
  return std::make_shared<const LibertyLibrary>(std::move(*library));
}

/// kTinyLibrary with one piece of text replaced.
inline std::string tiny_with(const std::string& from, const std::string& to) {
  std::string text = kTinyLibrary;
  const auto place = text.find(from);
  if (place == std::string::npos) throw std::logic_error("not in the tiny library: " + from);
  return text.replace(place, from.size(), to);
}

}  // namespace axvp
