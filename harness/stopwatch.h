// Wall time since it was made. Of shells only: the cores are told what time it is.
#pragma once

#include <chrono>

namespace fracas::harness {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace fracas::harness
