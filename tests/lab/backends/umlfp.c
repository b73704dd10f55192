/* A ptrace() for User Mode Linux on processors whose floating-point state is larger than it expects.
 *
 * UML's 6.1 kernel saves a guest process's FP registers with PTRACE_GETREGSET into a buffer of fixed size and
 * puts them back with PTRACE_SETREGSET from the same buffer. Where the processor's XSAVE area is larger (AMX adds
 * 8 kB), the copy is cut short, and the host refuses to load it: the guest dies at its first process.
 * linux.uml is linked dynamically, so this object, preloaded, can stand between: it fetches the whole area from
 * the host, hands UML the part that fits, and on the way back lays UML's part over the host's whole area.
 *
 * Build: cc -O2 -shared -fPIC -o umlfp.so umlfp.c        Use: LD_PRELOAD=umlfp.so linux.uml ...
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
  PEEKTEXT = 1,
  PEEKUSER = 3,
  GETREGSET = 0x4204,
  SETREGSET = 0x4205,
  XSTATE_NOTE = 0x202,
  XSTATE_BV_AT = 512, /* the bitmap of the components that are present, after the legacy area */
};

/* XTILECFG and XTILEDATA lie beyond what UML keeps. Marking them absent resets them, which a guest can't notice. */
static const uint64_t tile_components = (1ULL << 17) | (1ULL << 18);

/* Static: UML calls ptrace() on its 16 kB kernel stacks. It runs one such call at a time. */
static unsigned char whole[1 << 16] __attribute__((aligned(64)));

static long host_ptrace(long request, long pid, void* address, void* data) {
  return syscall(SYS_ptrace, request, pid, address, data);
}

static long move_xstate(long request, long pid, struct iovec* part) {
  struct iovec area = {whole, sizeof whole};
  if (host_ptrace(GETREGSET, pid, (void*)XSTATE_NOTE, &area) < 0) return -1;
  const size_t shared = area.iov_len < part->iov_len ? area.iov_len : part->iov_len;
  if (request == GETREGSET) {
    memcpy(part->iov_base, whole, shared);
    part->iov_len = shared;
    return 0;
  }
  memcpy(whole, part->iov_base, shared);
  uint64_t present;
  memcpy(&present, whole + XSTATE_BV_AT, sizeof present);
  present &= ~tile_components;
  memcpy(whole + XSTATE_BV_AT, &present, sizeof present);
  return host_ptrace(SETREGSET, pid, (void*)XSTATE_NOTE, &area);
}

long ptrace(int request, ...) {
  va_list arguments;
  va_start(arguments, request);
  const long pid = va_arg(arguments, int);
  void* address = va_arg(arguments, void*);
  void* data = va_arg(arguments, void*);
  va_end(arguments);

  if ((request == GETREGSET || request == SETREGSET) && address == (void*)XSTATE_NOTE)
    return move_xstate(request, pid, data);
  if (request >= PEEKTEXT && request <= PEEKUSER) { /* the C library returns the word, the system call stores it */
    long word;
    errno = 0;
    return host_ptrace(request, pid, address, &word) < 0 ? -1 : word;
  }
  return host_ptrace(request, pid, address, data);
}
