// The child of the clock tests. It answers commands on stdin, one a line:
//   now    readings of every clock through libc (the vDSO), each between two raw system calls for the same
//          clock: "NAME BEFORE READING AFTER" in nanoseconds, then "end"
//   fork   goes on as a child of itself
//   race N reads CLOCK_REALTIME in four threads N times each: how many readings were within a second of the
//          system's clock plus 1000 s, minus 3000 s, and neither: "PLUS MINUS NEITHER"
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <thread>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) {
  if (time.tv_nsec < 0 || time.tv_nsec >= kSecond) std::exit(3);
  return time.tv_sec * kSecond + time.tv_nsec;
}

std::int64_t raw(clockid_t clock) {
  timespec time{};
  ::syscall(SYS_clock_gettime, clock, &time);
  return nanoseconds(time);
}

std::int64_t through_libc(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return nanoseconds(time);
}

std::int64_t time_of_day() {
  timeval time{};
  ::gettimeofday(&time, nullptr);
  if (time.tv_usec < 0 || time.tv_usec >= 1'000'000) std::exit(3);
  return time.tv_sec * kSecond + time.tv_usec * 1000;
}

std::int64_t seconds_only() {
  time_t stored = 0;
  const time_t returned = ::time(&stored);
  if (stored != returned) std::exit(3);
  return returned * kSecond;
}

template <typename Read>
void show(const char* name, clockid_t clock, Read read) {
  const std::int64_t before = raw(clock);
  const std::int64_t reading = read();
  std::cout << name << ' ' << before << ' ' << reading << ' ' << raw(clock) << '\n';
}

void now() {
  const auto libc = [](clockid_t clock) { return [clock] { return through_libc(clock); }; };
  show("realtime", CLOCK_REALTIME, libc(CLOCK_REALTIME));
  show("realtime_coarse", CLOCK_REALTIME_COARSE, libc(CLOCK_REALTIME_COARSE));
  show("gettimeofday", CLOCK_REALTIME, time_of_day);
  show("time", CLOCK_REALTIME, seconds_only);
  show("monotonic", CLOCK_MONOTONIC, libc(CLOCK_MONOTONIC));
  show("monotonic_coarse", CLOCK_MONOTONIC_COARSE, libc(CLOCK_MONOTONIC_COARSE));
  show("monotonic_raw", CLOCK_MONOTONIC_RAW, libc(CLOCK_MONOTONIC_RAW));
  show("boottime", CLOCK_BOOTTIME, libc(CLOCK_BOOTTIME));
  show("cpu", CLOCK_PROCESS_CPUTIME_ID, libc(CLOCK_PROCESS_CPUTIME_ID));
  std::cout << "end" << std::endl;
}

void race(int readings) {
  std::array<std::atomic<int>, 3> counts{};
  const auto read = [&] {
    for (int i = 0; i < readings; ++i) {
      const std::int64_t skew = through_libc(CLOCK_REALTIME) - raw(CLOCK_REALTIME);
      const auto near = [skew](std::int64_t seconds) {
        return std::llabs(skew - seconds * kSecond) < kSecond;
      };
      ++counts[near(1000) ? 0 : near(-3000) ? 1 : 2];
    }
  };
  std::array<std::thread, 4> threads;
  for (auto& thread : threads) thread = std::thread(read);
  for (auto& thread : threads) thread.join();
  std::cout << counts[0] << ' ' << counts[1] << ' ' << counts[2] << std::endl;
}

void go_on_as_child() {
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) return;
  ::waitpid(child, nullptr, 0);
  std::exit(0);
}

}  // namespace

int main() {
  std::string command;
  while (std::cin >> command) {
    if (command == "now") now();
    if (command == "fork") go_on_as_child();
    if (command == "race") {
      int readings = 0;
      std::cin >> readings;
      race(readings);
    }
  }
}
