// main of the tests that use SystemC: its library calls sc_main. SystemC's errors and warnings fail the test that is
// running; nothing is thrown across processes.
#include <gtest/gtest.h>

#include <systemc>

namespace {

void fail_on_report(const sc_core::sc_report& report, const sc_core::sc_actions& /*actions*/) {
  if (report.get_severity() == sc_core::SC_INFO) return;
  ADD_FAILURE() << report.get_msg_type() << ": " << report.get_msg();
}

}  // namespace

int sc_main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  sc_core::sc_report_handler::set_actions("/IEEE_Std_1666/deprecated", sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_handler(fail_on_report);
  return RUN_ALL_TESTS();
}
