// The stub's machine code, called in this process, against the same arithmetic in C++.
#include "nemesis/clock/clock_stub.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <ctime>
#include <thread>

#include "nemesis/clock/skew_page.h"

namespace fracas::nemesis {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
__extension__ using Wide = __int128;

/// The code with a page of parameters behind it, as a child has it.
class LoadedStub {
 public:
  LoadedStub() {
    memory_ = static_cast<std::byte*>(
        ::mmap(nullptr, 2 * kPageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    const ClockStub stub = clock_stub();
    std::memcpy(memory_, stub.code.data(), stub.code.size());
    ::mprotect(memory_, kPageSize, PROT_READ | PROT_EXEC);
  }
  ~LoadedStub() { ::munmap(memory_, 2 * kPageSize); }
  LoadedStub(const LoadedStub&) = delete;
  LoadedStub& operator=(const LoadedStub&) = delete;

  SkewPage& page() { return *reinterpret_cast<SkewPage*>(memory_ + kPageSize); }
  void parameters(std::int64_t base, std::int64_t drift, std::int64_t offset) {
    SkewSlot& slot = page().slots[page().sequence % 2];
    slot.base = base, slot.drift = drift, slot.offset = offset;
  }
  timespec distort(timespec time) const {
    reinterpret_cast<void (*)(long, timespec*)>(memory_ + clock_stub().distort)(0, &time);
    return time;
  }
  long clock_gettime(clockid_t clock, timespec* time) const {
    return reinterpret_cast<long (*)(clockid_t, timespec*)>(memory_ + clock_stub().clock_gettime)(clock,
                                                                                                  time);
  }
  long gettimeofday(timeval* time, struct timezone* zone) const {
    return reinterpret_cast<long (*)(timeval*, struct timezone*)>(memory_ + clock_stub().gettimeofday)(time,
                                                                                                       zone);
  }
  time_t time(time_t* stored) const {
    return reinterpret_cast<time_t (*)(time_t*)>(memory_ + clock_stub().time)(stored);
  }

 private:
  std::byte* memory_ = nullptr;
};

class ClockStubTest : public testing::Test {
 protected:
  void SetUp() override {
    if (clock_stub().code.empty()) GTEST_SKIP() << "no stub for this processor";
  }
};

Wide total(const timespec& time) { return Wide{time.tv_sec} * kSecond + time.tv_nsec; }

/// Floor of value / 2^32.
Wide shifted(Wide value) {
  constexpr Wide kOne = Wide{1} << 32;
  return value >= 0 ? value / kOne : -((-value + kOne - 1) / kOne);
}

RC_GTEST_FIXTURE_PROP(ClockStubTest, DistortsAsTheSameArithmeticInCxx, ()) {
  constexpr std::int64_t kCentury = 100LL * 365 * 86400;
  const timespec real{
      .tv_sec = *rc::gen::inRange(-kCentury / 10, kCentury),
      .tv_nsec = *rc::gen::element<long>(0, 1, 999'999'999, *rc::gen::inRange(0L, 1'000'000'000L))};
  const std::int64_t base =
      static_cast<std::int64_t>(total(real)) + *rc::gen::inRange(-30LL * 86400, 30LL * 86400) * kSecond;
  const std::int64_t drift = *rc::gen::inRange<std::int64_t>(-200LL << 32, 200LL << 32);
  const std::int64_t offset =
      *rc::gen::inRange(-kCentury, kCentury) * kSecond + *rc::gen::inRange(-kSecond, kSecond);
  LoadedStub stub;
  stub.parameters(base, drift, offset);
  const timespec shown = stub.distort(real);
  RC_ASSERT(shown.tv_nsec >= 0 && shown.tv_nsec < kSecond);
  RC_ASSERT(total(shown) == total(real) + offset + shifted((total(real) - base) * drift));
}

TEST_F(ClockStubTest, CarriesNanosecondsInBothDirections) {
  LoadedStub stub;
  stub.parameters(0, 0, 1);
  EXPECT_EQ(stub.distort({.tv_sec = 7, .tv_nsec = 999'999'999}).tv_sec, 8);
  EXPECT_EQ(stub.distort({.tv_sec = 7, .tv_nsec = 999'999'999}).tv_nsec, 0);
  stub.parameters(0, 0, -1);
  EXPECT_EQ(stub.distort({.tv_sec = 7, .tv_nsec = 0}).tv_sec, 6);
  EXPECT_EQ(stub.distort({.tv_sec = 7, .tv_nsec = 0}).tv_nsec, 999'999'999);
  EXPECT_EQ(stub.distort({.tv_sec = 0, .tv_nsec = 0}).tv_sec, -1);
  EXPECT_EQ(stub.distort({.tv_sec = 0, .tv_nsec = 0}).tv_nsec, 999'999'999);
}

TEST_F(ClockStubTest, AnswersErrorsAsTheKernelDoes) {
  LoadedStub stub;
  timespec time{};
  EXPECT_EQ(stub.clock_gettime(9999, &time), -EINVAL);
  EXPECT_EQ(stub.clock_gettime(CLOCK_REALTIME, nullptr), -EFAULT);
}

TEST_F(ClockStubTest, TakesTheNullPointersThatTheInterfacesAllow) {
  LoadedStub stub;
  stub.parameters(0, 0, -3 * 365 * 86400 * kSecond);
  EXPECT_EQ(stub.gettimeofday(nullptr, nullptr), 0);
  struct timezone zone {
    .tz_minuteswest = -1, .tz_dsttime = -1
  }, expected{};
  ::syscall(96 /* gettimeofday */, nullptr, &expected);
  timeval time{};
  EXPECT_EQ(stub.gettimeofday(&time, &zone), 0);
  EXPECT_EQ(zone.tz_minuteswest, expected.tz_minuteswest);
  EXPECT_EQ(zone.tz_dsttime, expected.tz_dsttime);
  const time_t seconds = stub.time(nullptr);
  EXPECT_GE(seconds, time.tv_sec);
  EXPECT_LT(seconds, ::time(nullptr) - 2 * 365 * 86400);
}

/// Base, drift and offset of the two settings give far-away readings in any other combination.
TEST_F(ClockStubTest, NeverMixesTwoSettings) {
  LoadedStub stub;
  const timespec real{.tv_sec = 1'000'000, .tv_nsec = 0};
  const Skew settings[] = {{.offset = 0, .rate = 3.0}, {.offset = 500 * kSecond, .rate = 0.25}};
  const Nanoseconds bases[] = {900'000 * kSecond, 100'000 * kSecond};
  const std::int64_t readings[] = {1'200'000, 325'500};
  std::atomic<bool> done = false;
  stub.page().write(settings[0], bases[0]);
  std::thread writer([&] {
    for (unsigned i = 0; !done; ++i) stub.page().write(settings[i % 2], bases[i % 2]);
  });
  int seen[2] = {}, others = 0;
  for (int i = 0; i < 10'000'000 && (i < 1'000'000 || seen[0] == 0 || seen[1] == 0); ++i) {
    const timespec shown = stub.distort(real);
    const bool exact = shown.tv_nsec == 0;
    if (exact && shown.tv_sec == readings[0])
      ++seen[0];
    else if (exact && shown.tv_sec == readings[1])
      ++seen[1];
    else
      ++others;
  }
  done = true;
  writer.join();
  EXPECT_GT(seen[0], 0);
  EXPECT_GT(seen[1], 0);
  EXPECT_EQ(others, 0);
}

TEST_F(ClockStubTest, RatesBeyondTheLimitAreTakenAsTheLimit) {
  LoadedStub stub;
  stub.page().write({.offset = 0, .rate = 1e12}, 0);
  EXPECT_EQ(stub.distort({.tv_sec = 1, .tv_nsec = 0}).tv_sec, 1000);
  stub.page().write({.offset = 0, .rate = -1e12}, 0);
  EXPECT_EQ(stub.distort({.tv_sec = 1, .tv_nsec = 0}).tv_sec, -1000);
}

}  // namespace
}  // namespace fracas::nemesis
