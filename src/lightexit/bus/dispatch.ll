; SPDX-License-Identifier: Apache-2.0
;
; The dispatch routine: from an access of a guest to the filter or the model that answers it.
; Every back end comes through here, for ports and for memory.
;
; Layouts are declared once, in Python; three abbreviations name their fields (native.py):
;     %x = get %record, Window.base          load a field
;     put %record, Window.base, %x           store a field
;     %p = at %record, Window.base           address of a field
; `Header` stands before every state; `Clock` is the clock's state behind its header.

declare i64 @llvm.readcyclecounter()
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i32 @llvm.cttz.i32(i32, i1)
declare i64 @llvm.usub.sat.i64(i64, i64)

; ---- time ---------------------------------------------------------------------------------

; The counter that measures time: the CPU's own, or the system's in ns.
define i64 @ticks(ptr %clock) {
entry:
  %time = alloca [2 x i64], align 8
  %gettime = get %clock, Clock.gettime
  %is_own = icmp eq i64 %gettime, 0
  br i1 %is_own, label %own, label %system
own:
  %cycles = call i64 @llvm.readcyclecounter()
  ret i64 %cycles
system:
  %function = inttoptr i64 %gettime to ptr
  %id = get %clock, Clock.clock_id
  %status = call i32 %function(i32 %id, ptr %time)
  %seconds = load i64, ptr %time
  %part.p = getelementptr i8, ptr %time, i64 8
  %part = load i64, ptr %part.p
  %whole = mul i64 %seconds, 1000000000
  %ns = add i64 %whole, %part
  ret i64 %ns
}

; VM time at a reading of the counter. One from before the origin counts as the origin.
define internal i64 @time_at(ptr %clock, i64 %ticks) {
  %base = get %clock, Clock.base_ns
  %origin = get %clock, Clock.origin
  %rate = get %clock, Clock.rate
  %elapsed = call i64 @llvm.usub.sat.i64(i64 %ticks, i64 %origin)
  %elapsed.w = zext i64 %elapsed to i128
  %rate.w = zext i64 %rate to i128
  %product = mul i128 %elapsed.w, %rate.w
  %scaled = lshr i128 %product, 32
  %passed = trunc i128 %scaled to i64
  %now = add i64 %base, %passed
  ret i64 %now
}

; VM time in ns.
define i64 @clock_now(ptr %clock) {
entry:
  %version = at %clock, Header.version
  br label %again
again:
  %before = load atomic i64, ptr %version acquire, align 8
  %is_odd = trunc i64 %before to i1
  br i1 %is_odd, label %again, label %look
look:
  %ticks = call i64 @ticks(ptr %clock)
  %now = call i64 @time_at(ptr %clock, i64 %ticks)
  fence acquire
  %after = load atomic i64, ptr %version monotonic, align 8
  %is_same = icmp eq i64 %before, %after
  br i1 %is_same, label %done, label %again
done:
  ret i64 %now
}

; From now on VM time runs at another rate, %skip ns later than it was: never earlier.
; One caller at a time.
define void @clock_adjust(ptr %clock, i64 %rate, i64 %skip) {
  %version = at %clock, Header.version
  %odd = atomicrmw add ptr %version, i64 1 seq_cst
  %ticks = call i64 @ticks(ptr %clock)
  %now = call i64 @time_at(ptr %clock, i64 %ticks)
  %base = add i64 %now, %skip
  put %clock, Clock.base_ns, %base
  put %clock, Clock.origin, %ticks
  put %clock, Clock.rate, %rate
  %even = atomicrmw add ptr %version, i64 1 seq_cst
  ret void
}

; ---- locks --------------------------------------------------------------------------------
; %locks lists the headers of some states, in an order that is the same for everybody.

define internal ptr @header(ptr %locks, i64 %index) {
  %entry = getelementptr i64, ptr %locks, i64 %index
  %address = load i64, ptr %entry
  %header = inttoptr i64 %address to ptr
  ret ptr %header
}

; From even to odd, if it is even.
define internal i1 @try_one(ptr %header) {
entry:
  %version = at %header, Header.version
  %seen = load atomic i64, ptr %version monotonic, align 8
  %is_odd = trunc i64 %seen to i1
  br i1 %is_odd, label %taken, label %try
try:
  %odd = or i64 %seen, 1
  %pair = cmpxchg ptr %version, i64 %seen, i64 %odd acquire monotonic
  %won = extractvalue { i64, i1 } %pair, 1
  ret i1 %won
taken:
  ret i1 false
}

define void @unlock(ptr %locks, i64 %count) {
entry:
  br label %next
next:
  %index = phi i64 [ 0, %entry ], [ %following, %one ]
  %more = icmp ult i64 %index, %count
  br i1 %more, label %one, label %done
one:
  %header = call ptr @header(ptr %locks, i64 %index)
  %version = at %header, Header.version
  %odd = load atomic i64, ptr %version monotonic, align 8
  %even = add i64 %odd, 1
  store atomic i64 %even, ptr %version release, align 8
  %following = add i64 %index, 1
  br label %next
done:
  ret void
}

; All of them or none.
define internal i1 @try_lock(ptr %locks, i64 %count) {
entry:
  br label %next
next:
  %index = phi i64 [ 0, %entry ], [ %following, %won ]
  %more = icmp ult i64 %index, %count
  br i1 %more, label %one, label %done
one:
  %header = call ptr @header(ptr %locks, i64 %index)
  %got = call i1 @try_one(ptr %header)
  br i1 %got, label %won, label %lost
won:
  %following = add i64 %index, 1
  br label %next
lost:
  call void @unlock(ptr %locks, i64 %index)
  ret i1 false
done:
  ret i1 true
}

; Waits for each; every 4,096 rounds %relax lets other threads run.
define void @lock(ptr %locks, i64 %count, ptr %relax) {
entry:
  br label %next
next:
  %index = phi i64 [ 0, %entry ], [ %following, %won ]
  %more = icmp ult i64 %index, %count
  br i1 %more, label %one, label %done
one:
  %header = call ptr @header(ptr %locks, i64 %index)
  br label %try
try:
  %round = phi i64 [ 1, %one ], [ %later, %lost ], [ %later, %rest ]
  %got = call i1 @try_one(ptr %header)
  br i1 %got, label %won, label %lost
lost:
  %later = add i64 %round, 1
  %low = and i64 %round, 4095
  %is_long = icmp eq i64 %low, 0
  br i1 %is_long, label %rest, label %try
rest:
  call void %relax()
  br label %try
won:
  %following = add i64 %index, 1
  br label %next
done:
  ret void
}

; The sum of all versions, and whether any is odd. Versions only grow: the same sum again means
; that nobody wrote between.
define internal { i64, i1 } @versions(ptr %locks, i64 %count) alwaysinline {
entry:
  br label %one
one:
  %index = phi i64 [ 0, %entry ], [ %following, %one ]
  %sum = phi i64 [ 0, %entry ], [ %sum.n, %one ]
  %odd = phi i1 [ false, %entry ], [ %odd.n, %one ]
  %header = call ptr @header(ptr %locks, i64 %index)
  %version = at %header, Header.version
  %seen = load atomic i64, ptr %version acquire, align 8
  %is_odd = trunc i64 %seen to i1
  %odd.n = or i1 %odd, %is_odd
  %sum.n = add i64 %sum, %seen
  %following = add i64 %index, 1
  %more = icmp ult i64 %following, %count
  br i1 %more, label %one, label %done
done:
  %partly = insertvalue { i64, i1 } poison, i64 %sum.n, 0
  %result = insertvalue { i64, i1 } %partly, i1 %odd.n, 1
  ret { i64, i1 } %result
}

; ---- one register -------------------------------------------------------------------------

define internal i64 @mask(i64 %size) {
  %bits = shl i64 %size, 3
  %spare = sub i64 64, %bits
  %mask = lshr i64 -1, %spare
  ret i64 %mask
}

define internal i64 @run(ptr %window, ptr %context) {
  %code = get %window, Window.filter
  %maps = at %window, Window.maps
  %function = inttoptr i64 %code to ptr
  %verdict = call i64 %function(ptr %context, ptr %maps)
  ret i64 %verdict
}

; Writes 1 to an eventfd; whether it took it.
define internal i1 @signal(ptr %window, i32 %number) {
  %one = alloca i64, align 8
  store i64 1, ptr %one
  %write.i = get %window, Window.write_file
  %write = inttoptr i64 %write.i to ptr
  %table = at %window, Window.eventfds
  %entry = getelementptr i32, ptr %table, i32 %number
  %eventfd = load i32, ptr %entry
  %written = call i64 %write(i32 %eventfd, ptr %one, i64 8)
  %is_taken = icmp eq i64 %written, 8
  ret i1 %is_taken
}

; Signals the eventfds asked for; whether that was all there is to do. Where one does not take
; it, those not signalled yet are left to Python, which knows whether that is an error.
define internal i1 @ring(ptr %window, ptr %context) {
entry:
  %lines.p = at %context, IoContext.lowered_lines
  %raised = get %context, IoContext.raised_lines
  %lines = load i64, ptr %lines.p, align 4
  %requests = get %context, IoContext.requests
  %native = get %window, Window.native_doorbells
  %asked = get %context, IoContext.doorbells
  %others = xor i32 %native, -1
  %foreign = and i32 %asked, %others
  %raised_or = or i32 %raised, %foreign
  %raised.w = zext i32 %raised_or to i64
  %requests.w = zext i8 %requests to i64
  %partly = or i64 %raised.w, %requests.w
  %beyond = or i64 %partly, %lines
  %is_mine = icmp eq i64 %beyond, 0
  br i1 %is_mine, label %next, label %leave
next:
  %left = phi i32 [ %asked, %entry ], [ %left.n, %signalled ]
  %is_all = icmp eq i32 %left, 0
  br i1 %is_all, label %done, label %one
one:
  %number = call i32 @llvm.cttz.i32(i32 %left, i1 true)
  %is_taken = call i1 @signal(ptr %window, i32 %number)
  br i1 %is_taken, label %signalled, label %leave
signalled:
  %below = sub i32 %left, 1
  %left.n = and i32 %left, %below
  put %context, IoContext.doorbells, %left.n
  br label %next
leave:
  ret i1 false
done:
  ret i1 true
}

; Carries out what a filter asked for: eventfds at once, all else by way of Python.
define internal void @carry_out(ptr %window, ptr %context) noinline {
entry:
  %is_rung = call i1 @ring(ptr %window, ptr %context)
  br i1 %is_rung, label %done, label %ask
ask:
  %address = get %window, Window.act
  %function = inttoptr i64 %address to ptr
  call void %function(ptr %context)
  br label %done
done:
  ret void
}

; Carries out what a filter asked for, if it did.
define internal void @act(ptr %window, ptr %context) alwaysinline {
entry:
  %first.p = at %context, IoContext.doorbells
  %second.p = at %context, IoContext.lowered_lines
  %first = load i64, ptr %first.p, align 4
  %second = load i64, ptr %second.p, align 4
  %requests = get %context, IoContext.requests
  %single = zext i8 %requests to i64
  %lines = or i64 %first, %second
  %all = or i64 %lines, %single
  %none = icmp eq i64 %all, 0
  br i1 %none, label %done, label %some
some:
  call void @carry_out(ptr %window, ptr %context)
  br label %done
done:
  ret void
}

; Runs a filter that only reads states; whether it handled the access, and nobody wrote meanwhile.
define internal i1 @looked(ptr %window, ptr %context, ptr %locks, i64 %count) alwaysinline {
entry:
  %first = call { i64, i1 } @versions(ptr %locks, i64 %count)
  %before = extractvalue { i64, i1 } %first, 0
  %is_busy = extractvalue { i64, i1 } %first, 1
  br i1 %is_busy, label %pass, label %look
look:
  %answer = call i64 @run(ptr %window, ptr %context)
  fence acquire
  %second = call { i64, i1 } @versions(ptr %locks, i64 %count)
  %after = extractvalue { i64, i1 } %second, 0
  %is_same = icmp eq i64 %before, %after
  %is_handled = icmp eq i64 %answer, 1
  %counts = and i1 %is_same, %is_handled
  br i1 %counts, label %done, label %pass
done:
  call void @act(ptr %window, ptr %context)
  ret i1 true
pass:
  ret i1 false
}

; Runs a filter that writes states, if nobody else does; whether it handled the access. Its
; actions are carried out before others may change those states.
define internal i1 @changed(ptr %window, ptr %context, ptr %locks, i64 %count) alwaysinline {
entry:
  %got = call i1 @try_lock(ptr %locks, i64 %count)
  br i1 %got, label %change, label %pass
change:
  %answer = call i64 @run(ptr %window, ptr %context)
  %is_handled = icmp eq i64 %answer, 1
  br i1 %is_handled, label %finish, label %release
finish:
  call void @act(ptr %window, ptr %context)
  br label %release
release:
  call void @unlock(ptr %locks, i64 %count)
  ret i1 %is_handled
pass:
  ret i1 false
}

; Runs the filter with the version words around it; whether it handled the access.
define internal i1 @guarded(ptr %window, ptr %context, i64 %count) alwaysinline {
entry:
  %locks = at %window, Window.locks
  %writes = get %window, Window.writes_state
  %is_writer = trunc i8 %writes to i1
  br i1 %is_writer, label %write, label %read
read:
  %looked = call i1 @looked(ptr %window, ptr %context, ptr %locks, i64 %count)
  ret i1 %looked
write:
  %changed = call i1 @changed(ptr %window, ptr %context, ptr %locks, i64 %count)
  ret i1 %changed
}

define internal i1 @guarded_by_several(ptr %window, ptr %context, i64 %count) noinline {
  %handled = call i1 @guarded(ptr %window, ptr %context, i64 %count)
  ret i1 %handled
}

; The same. Nearly all filters have one state: for them, LLVM makes code without loops.
define internal i1 @filtered(ptr %window, ptr %context) alwaysinline {
entry:
  %count = get %window, Window.lock_count
  %is_one = icmp eq i64 %count, 1
  br i1 %is_one, label %one, label %several
one:
  %handled = call i1 @guarded(ptr %window, ptr %context, i64 1)
  ret i1 %handled
several:
  %handled.s = call i1 @guarded_by_several(ptr %window, ptr %context, i64 %count)
  ret i1 %handled.s
}

; The model's answer, with its lock held.
define internal i64 @pass(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                          i64 %data) noinline {
entry:
  %bus.i = get %vcpu, Vcpu.bus
  %bus = inttoptr i64 %bus.i to ptr
  %locks = at %window, Window.locks
  %count = get %window, Window.lock_count
  %relax.i = get %bus, Tables.relax
  %relax = inttoptr i64 %relax.i to ptr
  call void @lock(ptr %locks, i64 %count, ptr %relax)
  br i1 %is_write, label %write, label %read
read:
  %read.i = get %window, Window.read_model
  %read.p = inttoptr i64 %read.i to ptr
  %value = call i64 %read.p(i64 %offset, i64 %size)
  br label %done
write:
  %write.i = get %window, Window.write_model
  %write.p = inttoptr i64 %write.i to ptr
  call void %write.p(i64 %offset, i64 %data, i64 %size)
  br label %done
done:
  %result = phi i64 [ %value, %read ], [ 0, %write ]
  call void @unlock(ptr %locks, i64 %count)
  ret i64 %result
}

; VM time, or 0 for a filter that does not read it.
define internal i64 @time_for(ptr %vcpu, ptr %window) alwaysinline {
entry:
  %reads_clock = get %window, Window.reads_clock
  %is_timed = trunc i8 %reads_clock to i1
  br i1 %is_timed, label %time, label %none
time:
  %clock.i = get %vcpu, Vcpu.clock
  %clock = inttoptr i64 %clock.i to ptr
  %now = call i64 @clock_now(ptr %clock)
  ret i64 %now
none:
  ret i64 0
}

define internal void @fill(
    ptr %context, ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write, i64 %data) {
  %now = call i64 @time_for(ptr %vcpu, ptr %window)
  %size.b = trunc i64 %size to i8
  %is_write.b = zext i1 %is_write to i8
  %space = get %window, Window.space
  %index = get %vcpu, Vcpu.index
  call void @llvm.memset.p0.i64(ptr %context, i8 0, i64 IoContext.sizeof, i1 false)
  put %context, IoContext.offset, %offset
  put %context, IoContext.data, %data
  put %context, IoContext.now_ns, %now
  put %context, IoContext.vcpu, %index
  put %context, IoContext.size, %size.b
  put %context, IoContext.is_write, %is_write.b
  put %context, IoContext.space, %space
  put %context, IoContext.abi_version, ABI_VERSION
  ret void
}

; The counter of a register and a direction.
define internal ptr @counter(ptr %vcpu, ptr %window, i64 %offset, i1 %is_write) {
  %counters = get %window, Window.counters
  %lane = get %vcpu, Vcpu.lane
  %lane_size = get %window, Window.lane_size
  %shift = get %window, Window.counter_shift
  %origin = get %window, Window.offset
  %lane_start = mul i64 %lane, %lane_size
  %distance = sub i64 %offset, %origin
  %register = lshr i64 %distance, %shift
  %pair = shl i64 %register, 1
  %direction = zext i1 %is_write to i64
  %index = or i64 %pair, %direction
  %entry_start = mul i64 %index, Counter.sizeof
  %lane_address = add i64 %counters, %lane_start
  %address = add i64 %lane_address, %entry_start
  %counter = inttoptr i64 %address to ptr
  ret ptr %counter
}

define internal void @increase(ptr %count, i64 %amount) {
  %old = load i64, ptr %count
  %new = add i64 %old, %amount
  store i64 %new, ptr %count
  ret void
}

; Answers an access by the filter, if that handles it, or the model; counts it. Of the value,
; only as many bytes as the access has mean something.
define internal { i64, i1 } @answer(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                                    i64 %data, i1 %fits) alwaysinline {
entry:
  %context = alloca [IoContext.sizeof x i8], align 16
  %filter = get %window, Window.filter
  %has_filter = icmp ne i64 %filter, 0
  %try = and i1 %has_filter, %fits
  br i1 %try, label %fast, label %slow
fast:
  call void @fill(ptr %context, ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                  i64 %data)
  %handled = call i1 @filtered(ptr %window, ptr %context)
  br i1 %handled, label %answer, label %slow
answer:
  %answer.v = get %context, IoContext.data
  br label %done
slow:
  %model.v = call i64 @pass(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                            i64 %data)
  br label %done
done:
  %value = phi i64 [ %answer.v, %answer ], [ %model.v, %slow ]
  %by_filter = phi i1 [ true, %answer ], [ false, %slow ]
  %counter = call ptr @counter(ptr %vcpu, ptr %window, i64 %offset, i1 %is_write)
  %handled.p = at %counter, Counter.handled
  %passed.p = at %counter, Counter.passed
  %count = select i1 %by_filter, ptr %handled.p, ptr %passed.p
  call void @increase(ptr %count, i64 1)
  %partly = insertvalue { i64, i1 } poison, i64 %value, 0
  %result = insertvalue { i64, i1 } %partly, i1 %by_filter, 1
  ret { i64, i1 } %result
}

; The same, and how long it took if accesses are being timed: this copy is not for speed.
define internal i64 @register_timed(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                                    i64 %data, i1 %fits) noinline {
entry:
  %bus.i = get %vcpu, Vcpu.bus
  %bus = inttoptr i64 %bus.i to ptr
  %clock.i = get %vcpu, Vcpu.clock
  %clock = inttoptr i64 %clock.i to ptr
  %timed = get %bus, Tables.timed
  %is_timed = trunc i8 %timed to i1
  %start = call i64 @ticks(ptr %clock)
  %answer = call { i64, i1 } @answer(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                                     i64 %data, i1 %fits)
  %value = extractvalue { i64, i1 } %answer, 0
  %by_filter = extractvalue { i64, i1 } %answer, 1
  br i1 %is_timed, label %time, label %done
time:
  %end = call i64 @ticks(ptr %clock)
  %taken = sub i64 %end, %start
  %counter = call ptr @counter(ptr %vcpu, ptr %window, i64 %offset, i1 %is_write)
  %handled_ticks.p = at %counter, Counter.handled_ticks
  %passed_ticks.p = at %counter, Counter.passed_ticks
  %ticks.p = select i1 %by_filter, ptr %handled_ticks.p, ptr %passed_ticks.p
  call void @increase(ptr %ticks.p, i64 %taken)
  br label %done
done:
  ret i64 %value
}

; One access as filter and model see it: a whole register, or what does not fit one.
define internal i64 @register(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                              i64 %data, i1 %may_be_timed) alwaysinline {
entry:
  br i1 %may_be_timed, label %watch, label %plain
plain:
  %answer = call { i64, i1 } @answer(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                                     i64 %data, i1 true)
  %value = extractvalue { i64, i1 } %answer, 0
  ret i64 %value
watch:
  %watched = call i64 @register_timed(ptr %vcpu, ptr %window, i64 %offset, i64 %size,
                                      i1 %is_write, i64 %data, i1 true)
  ret i64 %watched
}

; ---- from an access to registers ----------------------------------------------------------

; An access within a window that is not just one register: cut into whole registers, or given to
; the model as it is where it has a part of one.
define internal i64 @cut(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                         i64 %data) noinline {
entry:
  %width = get %window, Window.register_width
  %low = sub i64 %width, 1
  %edges = or i64 %offset, %size
  %rest = and i64 %edges, %low
  %is_whole = icmp eq i64 %rest, 0
  br i1 %is_whole, label %next, label %misfit
misfit:
  %odd = call i64 @register_timed(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                                  i64 %data, i1 false)
  ret i64 %odd
next:
  %done = phi i64 [ 0, %entry ], [ %done.n, %next ]
  %value = phi i64 [ 0, %entry ], [ %value.n, %next ]
  %shift = shl i64 %done, 3
  %mask = call i64 @mask(i64 %width)
  %part.s = lshr i64 %data, %shift
  %part = and i64 %part.s, %mask
  %where = add i64 %offset, %done
  %read = call i64 @register_timed(ptr %vcpu, ptr %window, i64 %where, i64 %width, i1 %is_write,
                                   i64 %part, i1 true)
  %read.m = and i64 %read, %mask
  %placed = shl i64 %read.m, %shift
  %value.n = or i64 %value, %placed
  %done.n = add i64 %done, %width
  %more = icmp ult i64 %done.n, %size
  br i1 %more, label %next, label %end
end:
  ret i64 %value.n
}

; Whether an access is just one register of a window: then it lies within it, too.
define internal i1 @is_register(ptr %window, i64 %distance, i64 %size) {
  %width = get %window, Window.register_width
  %is_exact = icmp eq i64 %width, %size
  %low = sub i64 %size, 1
  %rest = and i64 %distance, %low
  %is_aligned = icmp eq i64 %rest, 0
  %is_register = and i1 %is_exact, %is_aligned
  ret i1 %is_register
}

; The window at a port, or null.
define internal ptr @at_port(ptr %vcpu, i64 %port) {
  %table.i = get %vcpu, Vcpu.ports
  %table = inttoptr i64 %table.i to ptr
  %index = and i64 %port, 65535
  %entry = getelementptr i64, ptr %table, i64 %index
  %window.i = load atomic i64, ptr %entry acquire, align 8
  %window = inttoptr i64 %window.i to ptr
  ret ptr %window
}

; The window at an address, or null: the last range that does not begin behind it, if it does
; not end before it.
define internal ptr @search(ptr %table, i64 %address) noinline {
entry:
  %count = get %table, Ranges.count
  %first = getelementptr i8, ptr %table, i64 Ranges.sizeof
  br label %search
search:
  %low = phi i64 [ 0, %entry ], [ %low.n, %halve ]
  %high = phi i64 [ %count, %entry ], [ %high.n, %halve ]
  %more = icmp ult i64 %low, %high
  br i1 %more, label %halve, label %found
halve:
  %sum = add i64 %low, %high
  %middle = lshr i64 %sum, 1
  %middle.o = mul i64 %middle, Range.sizeof
  %middle.p = getelementptr i8, ptr %first, i64 %middle.o
  %base = get %middle.p, Range.base
  %is_behind = icmp ugt i64 %base, %address
  %above = add i64 %middle, 1
  %low.n = select i1 %is_behind, i64 %low, i64 %above
  %high.n = select i1 %is_behind, i64 %middle, i64 %high
  br label %search
found:
  %is_before_all = icmp eq i64 %low, 0
  br i1 %is_before_all, label %none, label %check
check:
  %last = sub i64 %low, 1
  %last.o = mul i64 %last, Range.sizeof
  %range = getelementptr i8, ptr %first, i64 %last.o
  %end = get %range, Range.end
  %is_within = icmp ult i64 %address, %end
  br i1 %is_within, label %some, label %none
some:
  %window.i = get %range, Range.window
  %window = inttoptr i64 %window.i to ptr
  ret ptr %window
none:
  ret ptr null
}

; Where a vCPU remembers what it found at an address: multiplied by 2^64 divided by the golden
; ratio, blocks of 256 bytes spread over the slots whatever their distance.
define internal ptr @slot(ptr %vcpu, i64 %address) {
  %slots = at %vcpu, Vcpu.found
  %block = lshr i64 %address, 8
  %spread = mul i64 %block, -7046029254386353131
  %number = lshr i64 %spread, FOUND_SHIFT
  %start = mul i64 %number, Found.sizeof
  %slot = getelementptr i8, ptr %slots, i64 %start
  ret ptr %slot
}

; The window at an address, or null. What was found in this very table before is found again.
define internal ptr @at_address(ptr %vcpu, ptr %bus, i64 %address) {
entry:
  %table.p = at %bus, Tables.ranges
  %table.i = load atomic i64, ptr %table.p acquire, align 8
  %table = inttoptr i64 %table.i to ptr
  %number = get %table, Ranges.number
  %slot = call ptr @slot(ptr %vcpu, i64 %address)
  %found_in = get %slot, Found.number
  %is_current = icmp eq i64 %found_in, %number
  br i1 %is_current, label %check, label %search
check:
  %before.i = get %slot, Found.window
  %before = inttoptr i64 %before.i to ptr
  %is_there = call i1 @contains(ptr %before, i64 %address)
  br i1 %is_there, label %hit, label %search
hit:
  ret ptr %before
search:
  %window = call ptr @search(ptr %table, i64 %address)
  %is_free = icmp eq ptr %window, null
  br i1 %is_free, label %none, label %keep
keep:
  %window.i = ptrtoint ptr %window to i64
  put %slot, Found.window, %window.i
  put %slot, Found.number, %number
  ret ptr %window
none:
  ret ptr null
}

define internal ptr @route(ptr %vcpu, ptr %bus, i1 %is_memory, i64 %address) {
entry:
  br i1 %is_memory, label %memory, label %port
memory:
  %range = call ptr @at_address(ptr %vcpu, ptr %bus, i64 %address)
  ret ptr %range
port:
  %slot = call ptr @at_port(ptr %vcpu, i64 %address)
  ret ptr %slot
}

; The first window that an access touches, or null.
define internal ptr @touched(ptr %vcpu, ptr %bus, i1 %is_memory, i64 %address,
                             i64 %size) noinline {
entry:
  br label %next
next:
  %index = phi i64 [ 0, %entry ], [ %index.n, %nobody ]
  %more = icmp ult i64 %index, %size
  br i1 %more, label %look, label %none
look:
  %where = add i64 %address, %index
  %window = call ptr @route(ptr %vcpu, ptr %bus, i1 %is_memory, i64 %where)
  %is_free = icmp eq ptr %window, null
  br i1 %is_free, label %nobody, label %some
nobody:
  %index.n = add i64 %index, 1
  br label %next
some:
  ret ptr %window
none:
  ret ptr null
}

define internal i1 @contains(ptr %window, i64 %address) {
  %base = get %window, Window.base
  %length = get %window, Window.size
  %distance = sub i64 %address, %base
  %is_inside = icmp ult i64 %distance, %length
  ret i1 %is_inside
}

; Where the accesses of a memory address are counted, or null: of eight entries from where its hash
; says, the one that has its name or, for a new one, none. An entry keeps its name for good.
define internal ptr @place(ptr %bus, i64 %address) {
entry:
  %table.i = get %bus, Tables.unclaimed_memory
  %table = inttoptr i64 %table.i to ptr
  %name = xor i64 %address, -1
  %spread = mul i64 %address, -7046029254386353131
  %first = lshr i64 %spread, PLACES_SHIFT
  %is_nameless = icmp eq i64 %name, 0
  br i1 %is_nameless, label %none, label %next
next:
  %tries = phi i64 [ 0, %entry ], [ %tries.n, %other ]
  %is_full = icmp eq i64 %tries, 8
  br i1 %is_full, label %none, label %look
look:
  %number = add i64 %first, %tries
  %index = and i64 %number, LAST_PLACE
  %start = mul i64 %index, Place.sizeof
  %entry.p = getelementptr i8, ptr %table, i64 %start
  %name.p = at %entry.p, Place.name
  %held = load atomic i64, ptr %name.p monotonic, align 8
  %is_free = icmp eq i64 %held, 0
  br i1 %is_free, label %take, label %named
take:
  %taken = cmpxchg ptr %name.p, i64 0, i64 %name monotonic monotonic
  %is_new = extractvalue { i64, i1 } %taken, 1
  %winner = extractvalue { i64, i1 } %taken, 0
  br i1 %is_new, label %some, label %named
named:
  %found = phi i64 [ %held, %look ], [ %winner, %take ]
  %is_known = icmp eq i64 %found, %name
  br i1 %is_known, label %some, label %other
other:
  %tries.n = add i64 %tries, 1
  br label %next
some:
  ret ptr %entry.p
none:
  ret ptr null
}

; Counted at its first address; nothing drives the wires, so a read sees all ones.
define internal i64 @unclaimed(ptr %bus, i1 %is_memory, i64 %address, i64 %size,
                               i1 %is_write) noinline {
entry:
  br i1 %is_memory, label %memory, label %port
memory:
  %place = call ptr @place(ptr %bus, i64 %address)
  %has_none = icmp eq ptr %place, null
  br i1 %has_none, label %elsewhere, label %known
known:
  %reads.k = at %place, Place.reads
  %writes.k = at %place, Place.writes
  %own = select i1 %is_write, ptr %writes.k, ptr %reads.k
  br label %done
elsewhere:
  %reads.e = at %bus, Tables.unclaimed_reads
  %writes.e = at %bus, Tables.unclaimed_writes
  %others = select i1 %is_write, ptr %writes.e, ptr %reads.e
  br label %done
port:
  %table.i = get %bus, Tables.unclaimed_ports
  %table = inttoptr i64 %table.i to ptr
  %index = and i64 %address, 65535
  %pair = shl i64 %index, 1
  %direction = zext i1 %is_write to i64
  %entry.i = or i64 %pair, %direction
  %slot = getelementptr i64, ptr %table, i64 %entry.i
  br label %done
done:
  %count = phi ptr [ %own, %known ], [ %others, %elsewhere ], [ %slot, %port ]
  %old = atomicrmw add ptr %count, i64 1 monotonic
  %ones = call i64 @mask(i64 %size)
  ret i64 %ones
}

; The same for those who are not in a hurry; a value read is no wider than the access.
define internal i64 @perform_again(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size,
                                   i1 %is_write, i64 %data) noinline {
  %value = call i64 @perform(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size, i1 %is_write,
                             i64 %data, i1 true)
  %mask = call i64 @mask(i64 %size)
  %masked = and i64 %value, %mask
  ret i64 %masked
}

; An access across the edge of a window, byte by byte; behind the last port comes the first.
define internal i64 @bytes(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size, i1 %is_write,
                           i64 %data) noinline {
entry:
  br label %next
next:
  %index = phi i64 [ 0, %entry ], [ %index.n, %next ]
  %value = phi i64 [ 0, %entry ], [ %value.n, %next ]
  %shift = shl i64 %index, 3
  %part.s = lshr i64 %data, %shift
  %part = and i64 %part.s, 255
  %next_address = add i64 %address, %index
  %port = and i64 %next_address, 65535
  %where = select i1 %is_memory, i64 %next_address, i64 %port
  %read = call i64 @perform_again(ptr %vcpu, i1 %is_memory, i64 %where, i64 1, i1 %is_write,
                                  i64 %part)
  %placed = shl i64 %read, %shift
  %value.n = or i64 %value, %placed
  %index.n = add i64 %index, 1
  %more = icmp ult i64 %index.n, %size
  br i1 %more, label %next, label %done
done:
  ret i64 %value.n
}

; One access of 1 to 8 bytes; the value read, of which only as many bytes mean something. A copy
; for every entry point, so that each has only what it needs.
define internal i64 @perform(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size, i1 %is_write,
                             i64 %data, i1 %may_be_timed) alwaysinline {
entry:
  %bus.i = get %vcpu, Vcpu.bus
  %bus = inttoptr i64 %bus.i to ptr
  %owner = call ptr @route(ptr %vcpu, ptr %bus, i1 %is_memory, i64 %address)
  %is_free = icmp eq ptr %owner, null
  br i1 %is_free, label %free, label %claim
claim:
  %window = phi ptr [ %owner, %entry ], [ %later, %shared ]
  %base = get %window, Window.base
  %distance = sub i64 %address, %base
  %origin = get %window, Window.offset
  %offset = add i64 %origin, %distance
  %is_register = call i1 @is_register(ptr %window, i64 %distance, i64 %size)
  br i1 %is_register, label %one, label %look
look:
  %length = get %window, Window.size
  %left = sub i64 %length, %distance
  %is_within = icmp ule i64 %size, %left
  br i1 %is_within, label %within, label %across
within:
  %width = get %window, Window.register_width
  %has_none = icmp eq i64 %width, 0
  br i1 %has_none, label %one, label %several
one:
  %value = call i64 @register(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                              i64 %data, i1 %may_be_timed)
  ret i64 %value
several:
  %pieces = call i64 @cut(ptr %vcpu, ptr %window, i64 %offset, i64 %size, i1 %is_write,
                          i64 %data)
  ret i64 %pieces
free:
  %later = call ptr @touched(ptr %vcpu, ptr %bus, i1 %is_memory, i64 %address, i64 %size)
  %is_nobodys = icmp eq ptr %later, null
  br i1 %is_nobodys, label %nobody, label %shared
shared:
  ; A device that comes or goes just now may be at the first address too: it gets all of it.
  %is_inside = call i1 @contains(ptr %later, i64 %address)
  br i1 %is_inside, label %claim, label %across
across:
  %split = call i64 @bytes(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size, i1 %is_write,
                           i64 %data)
  ret i64 %split
nobody:
  %ones = call i64 @unclaimed(ptr %bus, i1 %is_memory, i64 %address, i64 %size, i1 %is_write)
  ret i64 %ones
}

; ---- entry points -------------------------------------------------------------------------

; Calls back when the budget is spent.
define internal void @spend(ptr %vcpu, i64 %left) alwaysinline {
entry:
  %is_last = icmp eq i64 %left, 0
  br i1 %is_last, label %expire, label %done
expire:
  %expired.i = get %vcpu, Vcpu.expired
  %expired = inttoptr i64 %expired.i to ptr
  call void %expired()
  br label %done
done:
  ret void
}

; An access on a bus that times accesses, or whose clock steps with each.
define internal i64 @enter_watched(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size,
                                   i1 %is_write, i64 %data, i64 %left) noinline {
  %clock.i = get %vcpu, Vcpu.clock
  %clock = inttoptr i64 %clock.i to ptr
  %step = get %clock, Clock.step_ns
  %base = at %clock, Clock.base_ns
  %old = atomicrmw add ptr %base, i64 %step monotonic
  call void @spend(ptr %vcpu, i64 %left)
  %value = call i64 @perform_again(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size,
                                   i1 %is_write, i64 %data)
  ret i64 %value
}

; An access of a guest: it costs one of its budget, and a step of VM time.
define internal i64 @enter(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size, i1 %is_write,
                           i64 %data) alwaysinline {
entry:
  %budget = get %vcpu, Vcpu.budget
  %left = sub i64 %budget, 1
  put %vcpu, Vcpu.budget, %left
  %bus.i = get %vcpu, Vcpu.bus
  %bus = inttoptr i64 %bus.i to ptr
  %watch = at %bus, Tables.timed
  %timed_or_steps = load i16, ptr %watch, align 2
  %is_plain = icmp eq i16 %timed_or_steps, 0
  br i1 %is_plain, label %plain, label %watched
plain:
  call void @spend(ptr %vcpu, i64 %left)
  %value = call i64 @perform(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size, i1 %is_write,
                             i64 %data, i1 false)
  ret i64 %value
watched:
  %value.w = call i64 @enter_watched(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size,
                                     i1 %is_write, i64 %data, i64 %left)
  ret i64 %value.w
}

; As Unicorn calls an IN hook; %vcpu is its user data. It takes as many bytes as the access has.
define i32 @port_in(ptr %engine, i32 %port, i32 %size, ptr %vcpu) {
  %address = zext i32 %port to i64
  %size.w = zext i32 %size to i64
  %value = call i64 @enter(ptr %vcpu, i1 false, i64 %address, i64 %size.w, i1 false, i64 0)
  %value.n = trunc i64 %value to i32
  ret i32 %value.n
}

; As Unicorn calls an OUT hook.
define void @port_out(ptr %engine, i32 %port, i32 %size, i32 %value, ptr %vcpu) {
  %address = zext i32 %port to i64
  %size.w = zext i32 %size to i64
  %value.w = zext i32 %value to i64
  %mask = call i64 @mask(i64 %size.w)
  %data = and i64 %value.w, %mask
  %none = call i64 @enter(ptr %vcpu, i1 false, i64 %address, i64 %size.w, i1 true, i64 %data)
  ret void
}

; As Unicorn calls back for a mapped range; %aperture is its user data.
define i64 @memory_read(ptr %engine, i64 %offset, i32 %size, ptr %aperture) {
  %vcpu.i = get %aperture, Aperture.vcpu
  %vcpu = inttoptr i64 %vcpu.i to ptr
  %base = get %aperture, Aperture.base
  %address = add i64 %base, %offset
  %size.w = zext i32 %size to i64
  %value = call i64 @enter(ptr %vcpu, i1 true, i64 %address, i64 %size.w, i1 false, i64 0)
  %mask = call i64 @mask(i64 %size.w)
  %answer = and i64 %value, %mask
  ret i64 %answer
}

define void @memory_write(ptr %engine, i64 %offset, i32 %size, i64 %value, ptr %aperture) {
  %vcpu.i = get %aperture, Aperture.vcpu
  %vcpu = inttoptr i64 %vcpu.i to ptr
  %base = get %aperture, Aperture.base
  %address = add i64 %base, %offset
  %size.w = zext i32 %size to i64
  %mask = call i64 @mask(i64 %size.w)
  %data = and i64 %value, %mask
  %none = call i64 @enter(ptr %vcpu, i1 true, i64 %address, i64 %size.w, i1 true, i64 %data)
  ret void
}

; An access described by a context: its offset is the address, its data goes both ways.
define void @access(ptr %vcpu, ptr %context) {
  %space = get %context, IoContext.space
  %address = get %context, IoContext.offset
  %size = get %context, IoContext.size
  %write = get %context, IoContext.is_write
  %given = get %context, IoContext.data
  %is_memory = trunc i8 %space to i1
  %is_write = trunc i8 %write to i1
  %size.w = zext i8 %size to i64
  %mask = call i64 @mask(i64 %size.w)
  %data = and i64 %given, %mask
  %value = call i64 @enter(ptr %vcpu, i1 %is_memory, i64 %address, i64 %size.w, i1 %is_write,
                           i64 %data)
  %answer = and i64 %value, %mask
  put %context, IoContext.data, %answer
  ret void
}
