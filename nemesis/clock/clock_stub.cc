#include "nemesis/clock/clock_stub.h"

#include <cstring>

#if defined(__x86_64__)

// Only general registers that a callee may clobber are used: callers of the vDSO (Go's runtime, signal
// handlers) rely on it, and the vector state is none of our business. Loads are not reordered with loads on
// x86, so `sequence` needs no fence. The clocks that are distorted are CLOCK_REALTIME (0),
// CLOCK_REALTIME_COARSE (5) and CLOCK_REALTIME_ALARM (8); all others are passed through, CLOCK_TAI too, whose
// distance to the wall clock is not known here.
asm(R"(
  .pushsection .rodata
  .balign 16
fracas_stub_begin:

fracas_stub_clock_gettime:            # (edi clock, rsi timespec)
  movl $228, %eax                     # clock_gettime
  syscall
  testq %rax, %rax
  jnz 1f
  cmpl $8, %edi
  ja 1f
  movl $0x121, %ecx                   # bits 0, 5, 8
  btl %edi, %ecx
  jnc 1f
  call fracas_stub_distort
  xorl %eax, %eax
1: ret

fracas_stub_gettimeofday:             # (rdi timeval or null, rsi timezone or null)
  pushq %rdi
  subq $16, %rsp                      # a timespec
  testq %rsi, %rsi
  jz 1f
  xorl %edi, %edi
  movl $96, %eax                      # gettimeofday(null, timezone)
  syscall
  testq %rax, %rax
  jnz 3f
1: cmpq $0, 16(%rsp)
  je 2f
  call fracas_stub_wall_clock
  testq %rax, %rax
  jnz 3f
  movq 16(%rsp), %rdi
  movq (%rsp), %rax
  movq %rax, (%rdi)
  movq 8(%rsp), %rax
  xorl %edx, %edx
  movl $1000, %ecx
  divq %rcx
  movq %rax, 8(%rdi)
2: xorl %eax, %eax
3: addq $24, %rsp
  ret

fracas_stub_time:                     # (rdi time_t or null)
  pushq %rdi
  subq $16, %rsp                      # a timespec
  call fracas_stub_wall_clock
  testq %rax, %rax
  jnz 1f
  movq (%rsp), %rax
  movq 16(%rsp), %rdi
  testq %rdi, %rdi
  jz 1f
  movq %rax, (%rdi)
1: addq $24, %rsp
  ret

fracas_stub_wall_clock:               # distorted reading into the caller's timespec, above the return address
  xorl %edi, %edi                     # CLOCK_REALTIME
  leaq 8(%rsp), %rsi
  movl $228, %eax                     # clock_gettime
  syscall
  testq %rax, %rax
  jnz 1f
  call fracas_stub_distort
  xorl %eax, %eax
1: ret

fracas_stub_distort:                  # (rsi timespec)
  imulq $1000000000, (%rsi), %r8
  addq 8(%rsi), %r8                   # r8: real, ns
  leaq fracas_stub_begin+4096(%rip), %r9
1: movq (%r9), %r10                   # sequence
  movl %r10d, %ecx
  andl $1, %ecx
  shll $5, %ecx
  movq 64(%r9,%rcx), %rdi             # base
  movq 72(%r9,%rcx), %rax             # drift
  movq 80(%r9,%rcx), %r11             # offset
  cmpq (%r9), %r10
  jne 1b
  movq %r8, %rcx
  subq %rdi, %rcx
  imulq %rcx                          # rdx:rax = (real - base) * drift, 128 bits
  shrdq $32, %rdx, %rax
  addq %r8, %rax
  addq %r11, %rax
  movl $1000000000, %ecx
  cqto
  idivq %rcx                          # rounds towards zero; nanoseconds must not be negative
  testq %rdx, %rdx
  jns 2f
  addq %rcx, %rdx
  decq %rax
2: movq %rax, (%rsi)
  movq %rdx, 8(%rsi)
  ret

fracas_stub_end:
  .popsection
)");

#define FRACAS_STUB_LABEL __attribute__((visibility("hidden"))) extern const std::byte
extern "C" {
FRACAS_STUB_LABEL fracas_stub_begin[];
FRACAS_STUB_LABEL fracas_stub_clock_gettime[];
FRACAS_STUB_LABEL fracas_stub_gettimeofday[];
FRACAS_STUB_LABEL fracas_stub_time[];
FRACAS_STUB_LABEL fracas_stub_distort[];
FRACAS_STUB_LABEL fracas_stub_end[];
}
#undef FRACAS_STUB_LABEL

namespace fracas::nemesis {

ClockStub clock_stub() {
  const auto offset = [](const std::byte* place) {
    return static_cast<std::size_t>(place - fracas_stub_begin);
  };
  return {.code = {fracas_stub_begin, offset(fracas_stub_end)},
          .clock_gettime = offset(fracas_stub_clock_gettime),
          .gettimeofday = offset(fracas_stub_gettimeofday),
          .time = offset(fracas_stub_time),
          .distort = offset(fracas_stub_distort)};
}

Jump jump_to(std::uint64_t address) {
  constexpr unsigned char kMoveToRax[] = {0x48, 0xb8};  // movabs $address, %rax
  constexpr unsigned char kJumpToRax[] = {0xff, 0xe0};  // jmp *%rax
  Jump jump;
  std::memcpy(jump.bytes, kMoveToRax, 2);
  std::memcpy(jump.bytes + 2, &address, 8);
  std::memcpy(jump.bytes + 10, kJumpToRax, 2);
  return jump;
}

}  // namespace fracas::nemesis

#else

namespace fracas::nemesis {

ClockStub clock_stub() { return {}; }
Jump jump_to(std::uint64_t) { return {}; }

}  // namespace fracas::nemesis

#endif
