# SPDX-License-Identifier: Apache-2.0
# Runs in the rig: FOLDER has the VMM, LOADER is lightexit-loader, SCRATCH may be written. Each run between two marks.

run() {
	echo "== $1"
	shift
	"$FOLDER/vmm" --objects "$FOLDER/filters" "$@" 2>"$SCRATCH/errors"
	echo "-- $?"
	cat "$SCRATCH/errors"
}

for guest in real long; do
	run $guest --engine in-kernel --counts "$FOLDER/$guest.bin" </dev/null
done
(sleep 3; echo q) | run traffic --engine in-kernel --counts --cpus 2 "$FOLDER/traffic.bin"

# Saved under traffic that the kernel answers, restored there, and at last in user space.
vm=$SCRATCH/vm
run saved --engine in-kernel --snapshot "$vm" --after 300 "$FOLDER/traffic.bin" </dev/null
for after in 3 8 21 34; do
	run "restored $after" --engine in-kernel --restore "$vm" --snapshot "$vm" --after $after </dev/null
done
(sleep 3; echo q) | run "restored in-kernel" --engine in-kernel --counts --restore "$vm"
(sleep 1; echo q) | run "restored native" --counts --restore "$vm"

# Without CAP_BPF; without the right to open the module.
run_as() {
	echo "== $1"
	setpriv --reuid 65534 --regid "$2" --clear-groups "$FOLDER/vmm" --engine in-kernel \
		--objects "$FOLDER/filters" "$FOLDER/real.bin" 2>"$SCRATCH/errors" </dev/null
	echo "-- $?"
	cat "$SCRATCH/errors"
}
chmod 666 /dev/kvm
run_as "no rights" 65534

# Without any right: by the loader, which is gone before the last guest ends.
"$LOADER" --objects "$FOLDER/filters" --socket /run/loader.sock --group nogroup &
loader=$!
while [ ! -S /run/loader.sock ]; do sleep 0.1; done
sleep 1 # it is there before somebody listens
run_loaded() {
	echo "== loader $1"
	name=$1
	shift
	setpriv --reuid 65534 --regid 65534 --clear-groups "$FOLDER/vmm" --loader /run/loader.sock \
		--counts "$@" "$FOLDER/$name.bin" 2>"$SCRATCH/errors"
	echo "-- $?"
	cat "$SCRATCH/errors"
}
for guest in real long; do
	run_loaded $guest </dev/null
done
(sleep 3; kill $loader; sleep 2; echo q) | run_loaded traffic --cpus 2
