#!/usr/bin/env bash
# The one entry for people and CI. Says what it installs and why; asks nothing.
set -euo pipefail
cd "$(dirname "$0")"

readonly configuration=Release
readonly out=artifacts

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
die() { printf 'dev.sh: %s\n' "$*" >&2; exit 1; }

usage() {
    cat <<'TEXT'
./dev.sh demo     an agent registers with Lider over a real XMPP server and runs two tasks
./dev.sh test     builds everything and runs all tests; the last line counts them
./dev.sh bench    prints the numbers that README quotes (bench schedule, bench login, bench idle: those of one subject only)
./dev.sh soak     half an hour of tasks and logins with the agent killed at random
./dev.sh format   puts the sources into the house's form (check: ./dev.sh format --check)
./dev.sh build    builds and publishes into artifacts/
./dev.sh deb      builds the Debian package into artifacts/deb (deb VERSION: as another version; deb test: and tries it in fresh Debian systems)
./dev.sh clean    removes everything that was built
TEXT
}

require_sdk() {
    command -v dotnet >/dev/null || die "the .NET 10 SDK is needed: https://dotnet.microsoft.com/download or your distribution's dotnet-sdk-10.0"
    dotnet --version >/dev/null 2>&1 || die "$(dotnet --version 2>&1 | head -3)"
}

# require_packages WHY PACKAGE...   Installs what is missing; no package may start a service of its own.
require_packages() {
    local why=$1 missing=() package
    shift
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "installing ${missing[*]} ($why)"
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "run as root, or install yourself: apt-get install ${missing[*]}"
        root=(sudo)
    fi
    local policy=/usr/sbin/policy-rc.d made_policy=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
        "${root[@]}" chmod 755 "$policy"
        made_policy=yes
    fi
    local failed=
    "${root[@]}" apt-get update -qq || failed=yes
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || failed=yes
    [ -z "$made_policy" ] || "${root[@]}" rm -f "$policy"
    [ -z "$failed" ] || die "could not install ${missing[*]}"
}

require_servers() {
    require_packages "the XMPP servers that tests and demo run against" prosody ejabberd
    require_packages "what schedules are compared with" python3-croniter
    require_packages "polkit's JavaScript engine, in which its rules are tried out" duktape
    local had_sshd=
    command -v /usr/sbin/sshd >/dev/null && had_sshd=yes
    require_packages "the file servers that tests run against" openssh-server openssh-client python3 passwd
    # Its package means to run at every boot; the tests start it themselves.
    [ -n "$had_sshd" ] || ! command -v systemctl >/dev/null || systemctl disable --quiet ssh 2>/dev/null || say "openssh-server starts at the next boot; 'systemctl disable ssh' if you do not want that"
    require_packages "the screen, the dialogs and the answers of tests of the user agreement" xvfb jwm zenity xdotool imagemagick
    require_packages "what sets the clock of one process in tests" libfaketime
    require_packages "the browser that looks at the dashboard" chromium
    require_packages "what checks units, manual pages and completions" systemd groff-base zsh
    require_packages "to start them, to look at sockets, what the inventory reads, and what the plugins of tests use" util-linux iproute2 procps python3 perl jq
}

runtime() {
    case "$(uname -m)" in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
        *) die "no .NET runtime identifier for $(uname -m)" ;;
    esac
}

publish() { # PROJECT FOLDER
    dotnet publish "$1" -c $configuration -r "$(runtime)" --self-contained false --no-restore -v quiet --nologo -o "$2"
}

# publish_dashboard FOLDER   Puts what only the dashboard needs, ASP.NET Core among it, into FOLDER/dashboard; docs/adr/0008 says why it stands apart.
publish_dashboard() {
    local folder=$1 file
    dotnet publish src/Dashboard/Dashboard.csproj -c $configuration -r "$(runtime)" --self-contained true -p:RestoreLockedMode=true -v quiet --nologo -o "$folder/dashboard"
    for file in "$folder"/dashboard/*; do
        [ ! -e "$folder/$(basename "$file")" ] || rm "$file"
    done
    rm "$folder"/dashboard/*.deps.json
}

build() {
    require_sdk
    say "building"
    dotnet restore Ahenk.sln --locked-mode -v quiet
    dotnet build Ahenk.sln -c $configuration --no-restore -v quiet --nologo
    rm -rf $out
    publish src/Silo/Silo.csproj $out/ahenk
    publish src/Cli/Cli.csproj $out/ahenk
    publish_dashboard $out/ahenk
    local plugin
    for plugin in plugins/*/ tests/TestPlugins/*/; do
        publish "$plugin"/*.csproj "$out/plugins/$(basename "$plugin")"
    done
    chmod -R go-w $out
}

# publish_package ROOT   Puts everything the package installs below ROOT; docs/adr/0007 says why it brings the runtime along.
publish_package() {
    local root=$1 program plugin
    local lib=$root/usr/lib/ahenk share=$root/usr/share
    say "publishing for the package"
    for program in Silo Cli; do
        dotnet publish src/$program/$program.csproj -c $configuration -r "$(runtime)" --self-contained true -p:RestoreLockedMode=true -v quiet --nologo -o "$lib"
    done
    publish_dashboard "$lib"
    # The program of the same assembly under the name that administrators see.
    mv "$lib/Ahenk.Silo" "$lib/ahenkd"
    for plugin in plugins/*/; do
        dotnet publish "$plugin"/*.csproj -c $configuration -r "$(runtime)" --self-contained false -p:RestoreLockedMode=true -v quiet --nologo \
            -o "$share/ahenk/plugins/$(basename "$plugin")"
    done
    find "$root" \( -name '*.xml' -o -name '*.pdb' \) -delete
    find "$root" -name __pycache__ -prune -exec rm -rf {} +
    install -D -t "$lib" packaging/pam/ahenk-session packaging/when-packages-are-done
    install -D -t "$share/ahenk" packaging/ahenkd.py
    install -D -m 644 packaging/pam/ahenk "$share/pam-configs/ahenk"
    install -D -m 644 packaging/systemd/ahenk.service "$root/lib/systemd/system/ahenk.service"
    install -d "$root/usr/bin" "$root/etc/ahenk/config.d" "$share/man/man8" "$share/man/man5" "$share/bash-completion/completions" "$share/zsh/vendor-completions"
    ln -s ../lib/ahenk/ahenk "$root/usr/bin/ahenk"
    packaging/configuration.py template docs/configuration.md >"$share/ahenk/ahenk.conf"
    packaging/configuration.py manual docs/configuration.md >"$share/man/man5/ahenk.conf.5"
    "$lib/ahenk" documentation manual >"$share/man/man8/ahenk.8"
    "$lib/ahenk" documentation bash >"$share/bash-completion/completions/ahenk"
    "$lib/ahenk" documentation zsh >"$share/zsh/vendor-completions/_ahenk"
}

# make_package ROOT VERSION [DPKG-DEB-OPTION...]   Packs what stands below ROOT.
make_package() {
    local root=$1 version=$2 work=$out/deb/work
    shift 2
    say "packing ahenk $version"
    rm -rf "$work"
    mkdir -p "$work/docs"
    cp -r packaging/debian "$work/debian"
    cp -a "$root" "$work/root"
    cp docs/configuration.md docs/security.md "$work/docs/"
    cp packaging/systemd/hardened.conf packaging/systemd/relaxed.conf "$work/"
    if [ "$version" != "$(sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)" ]; then
        {
            printf 'ahenk (%s) unstable; urgency=medium\n\n  * Built under another version.\n\n' "$version"
            grep -m 1 '^ -- ' packaging/debian/changelog
            printf '\n'
            cat packaging/debian/changelog
        } >"$work/debian/changelog"
    fi
    (cd "$work" && DPKG_DEB_OPTIONS="$*" dpkg-buildpackage -b -uc -us -d >build.log 2>&1) || { tail -n 30 "$work/build.log" >&2; die "dpkg-buildpackage failed"; }
    rm -rf "$work"
}

deb() { # [VERSION]
    require_sdk
    require_packages "what a Debian package is built and checked with" debhelper dpkg-dev lintian python3
    rm -rf $out/deb
    publish_package $out/deb/root
    make_package $out/deb/root "${1:-$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)}"
    lintian --fail-on error,warning,info --tag-display-limit 0 $out/deb/*.deb
    ls -l $out/deb/*.deb
}

demo() {
    require_servers
    build
    dotnet run --project tests/Demo -c $configuration --no-build
}

# run_tests LIMIT WHAT FILTER...   Runs tests of a solution or project, each assembly for LIMIT at most, and ends with a line that counts.
run_tests() {
    local limit=$1 log status=0
    shift
    mkdir -p $out
    log=$out/test.log
    dotnet test "$@" -c $configuration --no-build --no-ansi --no-progress --max-parallel-test-modules 1 --timeout "$limit" 2>&1 | tee "$log" || status=$?
    local passed failed
    passed=$(awk '$1 == "succeeded:" { n = $2 } END { print n + 0 }' "$log")
    failed=$(awk '$1 == "failed:" { n = $2 } END { print n + 0 }' "$log")
    if [ "$passed" -eq 0 ] || { [ $status -ne 0 ] && [ "$failed" -eq 0 ]; }; then
        failed=$((failed + 1)) # the run itself broke
    fi
    printf '%s passed, %s failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}

case "${1:-}" in
    demo) demo ;;
    test) shift; require_servers; build; run_tests 30m --solution Ahenk.sln --filter-not-trait Category=Soak --filter-not-trait Category=Package "$@" ;;
    soak) shift; require_servers; build; run_tests 2h --project tests/EndToEnd.Tests --filter-trait Category=Soak "$@" ;;
    bench) shift; require_servers; build; publish_package $out/package; dotnet run --project bench/Bench -c $configuration --no-build -- "$@" ;;
    build) build ;;
    format)
        require_sdk
        if [ "${2:-}" = --check ]; then dotnet format Ahenk.sln --verify-no-changes; else dotnet format Ahenk.sln; fi
        ;;
    deb)
        if [ "${2:-}" = test ]; then
            require_servers
            require_packages "what a fresh Debian system is made with" debootstrap
            build
            deb
            say "packing a version to upgrade to"
            make_package $out/deb/root "$(dpkg-deb -f $out/deb/ahenk_*.deb Version)+next" -Zgzip -z1
            run_tests 1h --project tests/Package.Tests --filter-trait Category=Package
        else
            deb "${2:-}"
        fi
        ;;
    clean)
        rm -rf $out
        find . -path ./.git -prune -o -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
        ;;
    *) usage; [ -z "${1:-}" ] || exit 2 ;;
esac
