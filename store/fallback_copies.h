// Where a node makes dots for keys of which it is no home, while none of their homes can be asked (siblings
// only). A dot may be made only beside all that its actor has issued before: the first value of an actor that
// is missing beside its second counts as overwritten, and whoever merges that drops it, acknowledged or not.
// So each of these copies has an actor of its own, which is given up with the copy; the next one gets a new
// one. (With one actor for all of them, field notes lose one acknowledged write in ten schedules.)
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

class FallbackCopies {
 public:
  struct Copy {
    Actor actor;
    DvvSet set;             ///< everything that the actor has issued and that is not overwritten
    std::size_t bytes = 0;  ///< of its values
    void fingerprint(Fingerprint&) const;
  };

  explicit FallbackCopies(Shared& shared) : shared_(shared) {}

  /// The copy of a key; a new one, with a new actor, if there is none.
  const Copy& of(const std::string& key);
  void replace(const std::string& key, DvvSet set, std::size_t bytes);
  /// A home is asked again, so nothing more is to come here.
  void give_up(const std::string& key);

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  Shared& shared_;
  std::map<std::string, Copy> copies_;
  std::size_t bytes_ = 0;
};

}  // namespace fracas::store
