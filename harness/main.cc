// The program `fracas`: streams and terminal; everything else is in cli.h.
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "harness/cli.h"

int main(int argc, char** argv) {
  using fracas::harness::Console;
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const char* no_colour = std::getenv("NO_COLOR");
  Console console{std::cout, std::cerr, terminal, terminal && (no_colour == nullptr || *no_colour == '\0')};
  try {
    const fracas::harness::Exit code =
        fracas::harness::run_command_line(std::vector<std::string>(argv + 1, argv + argc), console);
    std::cout.flush();
    if (!std::cout) {
      std::cerr << "fracas: the results could not be written to standard output\n";
      // Of a verdict that is no pass the report tells as well; it must not look like something to retry.
      if (code == fracas::harness::Exit::pass) return static_cast<int>(fracas::harness::Exit::environment);
    }
    return static_cast<int>(code);
  } catch (const std::exception& error) {
    std::cerr << "fracas: internal error: " << error.what() << '\n';
    return static_cast<int>(fracas::harness::Exit::environment);
  }
}
