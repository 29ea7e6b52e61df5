#include "harness/impatience.h"

namespace fracas::harness {
namespace {

/// Written by the handler only.
volatile std::sig_atomic_t received = 0;
void receive(int) { received = received + 1; }

}  // namespace

Impatience::Impatience() : before_(received) {
  struct sigaction action = {};
  action.sa_handler = receive;  // without SA_RESTART
  sigaction(SIGINT, &action, &interrupt_);
  sigaction(SIGTERM, &action, &terminate_);
}

Impatience::~Impatience() {
  sigaction(SIGINT, &interrupt_, nullptr);
  sigaction(SIGTERM, &terminate_, nullptr);
}

int Impatience::count() const { return received - before_; }

}  // namespace fracas::harness
