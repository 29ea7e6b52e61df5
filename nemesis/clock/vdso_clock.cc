// How the pieces come together: at the exec stop the child maps a page of code (the stub) and, right behind
// it, a page of parameters that it shares with us; then the vDSO's time functions are overwritten with jumps
// to the stub. The parameters lie in a memfd, so that processes which the child forks see later changes too.
#include "nemesis/clock/vdso_clock.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "nemesis/clock/clock_stub.h"
#include "nemesis/clock/skew_page.h"
#include "nemesis/clock/tracee.h"
#include "nemesis/clock/vdso_image.h"

namespace fracas::nemesis {
namespace {

constexpr std::size_t kVdsoLimit = 64 * 1024;                       // real ones take 8 kB
constexpr unsigned kMemfdCloseOnExec = 1, kMemfdNotExecutable = 8;  // of linux/memfd.h; the latter since 6.3

Nanoseconds wall_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

/// System calls in the child's name, with the kernel's refusals as errors.
class Remote {
 public:
  Remote(Tracee& tracee, std::uint64_t instruction) : tracee_(tracee), instruction_(instruction) {}

  TraceResult<std::uint64_t> call(const char* name, long number,
                                  const std::vector<std::uint64_t>& arguments) {
    const auto result = tracee_.system_call(instruction_, number, arguments);
    if (!result) return result.error();
    constexpr std::int64_t kLargestErrno = 4095;
    if (*result < 0 && *result >= -kLargestErrno)
      return std::string(name) + " in the child: " + std::strerror(static_cast<int>(-*result));
    return static_cast<std::uint64_t>(*result);
  }

  /// A memfd in the child. Its name is only seen in /proc.
  TraceResult<std::uint64_t> memory_file() {
    constexpr char kName[] = "fracas-clock";
    const auto place = tracee_.scratch();
    if (!place) return place.error();
    if (const auto written = tracee_.write(*place, std::as_bytes(std::span(kName))); !written)
      return written.error();
    const auto made =
        call("memfd_create", SYS_memfd_create, {*place, kMemfdCloseOnExec | kMemfdNotExecutable});
    if (made) return made;
    return call("memfd_create", SYS_memfd_create, {*place, kMemfdCloseOnExec});  // kernels before 6.3
  }

 private:
  Tracee& tracee_;
  const std::uint64_t instruction_;
};

/// Our view of the child's file of parameters.
TraceResult<SkewPage*> map_here(pid_t child, std::uint64_t child_fd) {
  const std::string path = "/proc/" + std::to_string(child) + "/fd/" + std::to_string(child_fd);
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return "opening the shared page " + path + ": " + std::strerror(errno);
  void* page = MAP_FAILED;
  if (::ftruncate(fd, kPageSize) == 0)
    page = ::mmap(nullptr, kPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  const int why = errno;
  ::close(fd);
  if (page == MAP_FAILED) return std::string("mapping the shared page: ") + std::strerror(why);
  return static_cast<SkewPage*>(page);
}

/// The stub's code with `child_fd`'s page behind it. Returns the code's address in the child.
TraceResult<std::uint64_t> map_there(Tracee& tracee, Remote& remote, std::uint64_t child_fd) {
  constexpr std::uint64_t kNoFile = ~0ULL;
  const auto code = remote.call(
      "mmap", SYS_mmap, {0, 2 * kPageSize, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, kNoFile, 0});
  if (!code) return code.error();
  const auto page = remote.call(
      "mmap", SYS_mmap, {*code + kPageSize, kPageSize, PROT_READ, MAP_SHARED | MAP_FIXED, child_fd, 0});
  if (!page) return page.error();
  if (const auto written = tracee.write(*code, clock_stub().code); !written) return written.error();
  return *code;
}

TraceResult<void> redirect(Tracee& tracee, std::uint64_t vdso, const VdsoTimeFunctions& functions,
                           std::uint64_t code) {
  const ClockStub stub = clock_stub();
  for (const VdsoSymbol& symbol : functions.symbols)
    if (symbol.room < kJumpSize) return std::string("its vDSO's functions are too small to be replaced");
  for (const VdsoSymbol& symbol : functions.symbols) {
    const std::size_t entry = symbol.function == TimeFunction::clock_gettime  ? stub.clock_gettime
                              : symbol.function == TimeFunction::gettimeofday ? stub.gettimeofday
                                                                              : stub.time;
    const Jump jump = jump_to(code + entry);
    if (const auto written = tracee.write(vdso + symbol.offset, jump.bytes); !written) return written.error();
  }
  return {};
}

/// Everything between the exec stop and going on. The page is ours to unmap.
TraceResult<SkewPage*> patch(Tracee& tracee, Skew initial) {
  const auto vdso = tracee.auxiliary(AT_SYSINFO_EHDR);
  if (!vdso) return vdso.error();
  if (*vdso == 0)
    return std::string("the child has no vDSO (a 32-bit program, or vdso=0 on the kernel's line?)");
  const auto image = tracee.read(*vdso, kVdsoLimit);
  if (!image) return image.error();
  const auto functions = find_time_functions(*image);
  if (!functions) return functions.error();

  Remote remote(tracee, *vdso + functions->system_call);
  const auto file = remote.memory_file();
  if (!file) return file.error();
  const auto page = map_here(tracee.pid(), *file);
  if (!page) return page.error();
  (*page)->write(initial, wall_clock());
  const auto finish = [&]() -> TraceResult<void> {
    const auto code = map_there(tracee, remote, *file);
    if (!code) return code.error();
    if (const auto closed = remote.call("close", SYS_close, {*file}); !closed) return closed.error();
    return redirect(tracee, *vdso, *functions, *code);
  };
  if (const auto finished = finish(); !finished) {
    ::munmap(*page, kPageSize);
    return finished.error();
  }
  return *page;
}

}  // namespace

struct VdsoClock::Impl {
  explicit Impl(SkewPage* mapped) : page(mapped) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { ::munmap(page, kPageSize); }
  SkewPage* const page;
};

VdsoClock::VdsoClock(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VdsoClock::VdsoClock(VdsoClock&&) noexcept = default;
VdsoClock& VdsoClock::operator=(VdsoClock&&) noexcept = default;
VdsoClock::~VdsoClock() = default;

void VdsoClock::prepare_child() { ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }

boost::system::result<VdsoClock, std::string> VdsoClock::install(pid_t child, Skew initial) {
  auto tracee = Tracee::await_exec_stop(child);
  if (!tracee) return tracee.error();
  if (clock_stub().code.empty())
    return std::string("clocks can be distorted on x86-64 only; this is another processor");
  const auto page = patch(*tracee, initial);
  if (!page) return page.error();
  return VdsoClock(std::make_unique<Impl>(*page));
}

void VdsoClock::set(Skew skew) { impl_->page->write(skew, wall_clock()); }

}  // namespace fracas::nemesis
