# LATCHKEY_NEEDS(VARIABLE, PKG-CONFIG SPEC, WHAT IT IS, DEBIAN PACKAGE)
# Finds a library or says in one sentence what to install. Its headers are the system's
# (-isystem), so that their warnings are not ours.
AC_DEFUN([LATCHKEY_NEEDS], [
  PKG_CHECK_MODULES([$1], [$2], [],
    [AC_MSG_ERROR([$3 ($2) was not found; on Debian install the package $4.])])
  $1_CFLAGS=$(echo "[$]$1_CFLAGS" | sed -e 's/^-I/-isystem /' -e 's/ -I/ -isystem /g')
  DEPENDENCY_CPPFLAGS="$DEPENDENCY_CPPFLAGS [$]$1_CFLAGS"
])

# LATCHKEY_CXX23: the compiler in its C++23 mode, with the parts of the library that we use.
AC_DEFUN([LATCHKEY_CXX23], [
  AC_LANG_PUSH([C++])
  CXX="$CXX -std=c++23"
  AC_MSG_CHECKING([whether $CXX compiles C++23])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
      #include <expected>
      #include <span>
      #include <utility>
      enum class Colour : int { red };
      std::expected<int, Colour> half(int n) {
        if (n % 2) return std::unexpected(Colour::red);
        return n / 2;
      }]], [[
      return half(std::to_underlying(Colour::red)).value_or(1);]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([the C++ compiler lacks C++23 with <expected>; on Debian 12 install the package g++ (12) or clang-19.])])
  AC_LANG_POP([C++])
])

# LATCHKEY_FLAG(VARIABLE, FLAG): adds FLAG if both compilers take it.
AC_DEFUN([LATCHKEY_FLAG], [
  AC_LANG_PUSH([C++])
  AC_MSG_CHECKING([whether the compiler takes $2])
  latchkey_saved=$CXXFLAGS
  CXXFLAGS="$CXXFLAGS -Werror $2"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $1="[$]$1 $2"], [AC_MSG_RESULT([no])])
  CXXFLAGS=$latchkey_saved
  AC_LANG_POP([C++])
])

# LATCHKEY_BUILD_ID(MACRO, FILE): defines MACRO as the ELF build-id of FILE, in hex.
AC_DEFUN([LATCHKEY_BUILD_ID], [
  AC_MSG_CHECKING([for the build-id of $2])
  latchkey_id=$(readelf -n "$2" 2>/dev/null | sed -n 's/.*Build ID: *//p')
  AS_IF([test -n "$latchkey_id"], [AC_MSG_RESULT([$latchkey_id])],
    [AC_MSG_ERROR([$2 has no build-id; link it with -Wl,--build-id or let build-aux/unbound.sh build it.])])
  AC_DEFINE_UNQUOTED([$1], ["$latchkey_id"], [ELF build-id, in hex, of a program that may load the module])
])

# LATCHKEY_UNBOUND: the tree whose headers the module is compiled against and the daemon it is
# for. Without them everything but the module is built.
AC_DEFUN([LATCHKEY_UNBOUND], [
  latchkey_cache="${XDG_CACHE_HOME:-$HOME/.cache}/latchkey/unbound"
  AC_ARG_WITH([unbound-source],
    [AS_HELP_STRING([--with-unbound-source=DIR], [built source tree of Unbound @<:@CACHE/latchkey/unbound/src@:>@])],
    [], [with_unbound_source=$latchkey_cache/src])
  AC_ARG_WITH([unbound],
    [AS_HELP_STRING([--with-unbound=PREFIX], [where that Unbound is installed @<:@CACHE/latchkey/unbound@:>@])],
    [], [with_unbound=$latchkey_cache])
  AS_IF([test "x$with_unbound_source" = xno || test "x$with_unbound" = xno],
    [have_unbound=no; latchkey_why="it was switched off"],
    [test ! -f "$with_unbound_source/config.h"],
    [have_unbound=no; latchkey_why="$with_unbound_source holds no built Unbound (build-aux/unbound.sh makes one)"],
    [test ! -x "$with_unbound/sbin/unbound"],
    [have_unbound=no; latchkey_why="$with_unbound/sbin/unbound is missing (build-aux/unbound.sh makes one)"],
    [have_unbound=yes])
  AS_IF([test "$have_unbound" = yes], [
    with_unbound_source=$(readlink -f "$with_unbound_source")
    with_unbound=$(readlink -f "$with_unbound")
    UNBOUND_CPPFLAGS="-isystem $with_unbound_source"
    LATCHKEY_UNBOUND_FEATURES
    LATCHKEY_UNBOUND_DRIFT
    LATCHKEY_BUILD_ID([LATCHKEY_UNBOUND_BUILD_ID], [$with_unbound/sbin/unbound])
    AS_IF([test -x "$with_unbound_source/testbound"],
      [LATCHKEY_BUILD_ID([LATCHKEY_TESTBOUND_BUILD_ID], [$with_unbound_source/testbound])])
  ], [AC_MSG_WARN([the Unbound module is not built: $latchkey_why.])])
  AC_SUBST([UNBOUND_CPPFLAGS])
  AC_SUBST([UNBOUND_SOURCE], [$with_unbound_source])
  AC_SUBST([UNBOUND_PREFIX], [$with_unbound])
  AM_CONDITIONAL([UNBOUND], [test "$have_unbound" = yes])
])

# The module needs the dynlib module and libevent in its host.
AC_DEFUN([LATCHKEY_UNBOUND_FEATURES], [
  for latchkey_macro in WITH_DYNLIBMODULE USE_IPSECMOD HAVE_PTHREAD; do
    AS_IF([grep -q "^#define $latchkey_macro" "$with_unbound_source/config.h"], [],
      [AC_MSG_ERROR([the Unbound in $with_unbound_source was built without $latchkey_macro; use build-aux/unbound.sh.])])
  done
  AS_IF([grep -q '^#define USE_MINI_EVENT' "$with_unbound_source/config.h"],
    [AC_MSG_ERROR([the Unbound in $with_unbound_source was built without libevent; use build-aux/unbound.sh.])])
])

# LATCHKEY_UNBOUND_TRY(WHAT, BODY, IF IT COMPILES)
AC_DEFUN([LATCHKEY_UNBOUND_TRY], [
  AC_MSG_CHECKING([whether Unbound's $1])
  AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
      #include "config.h"
      #include "util/module.h"
      #include "util/data/msgreply.h"
      #include "services/cache/dns.h"
      $2]])],
    [AC_MSG_RESULT([yes]); $3], [AC_MSG_RESULT([no])])
])

# Functions that gained an argument between 1.17 and 1.26.
AC_DEFUN([LATCHKEY_UNBOUND_DRIFT], [
  AC_LANG_PUSH([C])
  latchkey_saved=$CPPFLAGS
  CPPFLAGS="$UNBOUND_CPPFLAGS"
  LATCHKEY_UNBOUND_TRY([headers compile], [int unbound_there;], [unbound_headers=yes])
  AS_IF([test "$unbound_headers" = yes], [],
    [AC_MSG_ERROR([Unbound's headers in $with_unbound_source do not compile; config.log says why.])])
  LATCHKEY_UNBOUND_TRY([attach_sub and add_sub take the client's information],
    [int f(struct module_env* e, struct module_qstate* q, struct query_info* i, struct module_qstate** n);
     int f(struct module_env* e, struct module_qstate* q, struct query_info* i, struct module_qstate** n)
     { struct mesh_state* s; return e->attach_sub(q, i, 0, 0, 0, 0, n) || e->add_sub(q, i, 0, 0, 0, 0, n, &s); }],
    [AC_DEFINE([UNBOUND_SUB_TAKES_CLIENT_INFO], [1],
      [Define if attach_sub and add_sub take a struct respip_client_info* before the flags])])
  LATCHKEY_UNBOUND_TRY([dns_cache_store takes is_valrec],
    [int f(struct module_env* e, struct query_info* i, struct reply_info* r);
     int f(struct module_env* e, struct query_info* i, struct reply_info* r)
     { return dns_cache_store(e, i, r, 0, 0, 0, 0, 0, 0, 0); }],
    [AC_DEFINE([UNBOUND_STORE_TAKES_IS_VALREC], [1], [Define if dns_cache_store ends with is_valrec])])
  CPPFLAGS=$latchkey_saved
  AC_LANG_POP([C])
])
