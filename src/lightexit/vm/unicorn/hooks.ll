; SPDX-License-Identifier: Apache-2.0
;
; What Unicorn calls besides the dispatch routine (see lightexit/bus/dispatch.ll for the notation):
; at the start of every block of guest code, at software interrupts and exceptions, and at SYSCALL,
; which it leaves to us.

; Stops the guest where somebody wants it: a stop was requested, or an interrupt is pending and
; the guest takes interrupts. Both words are levels, so that no request can come too early.
define void @at_block(ptr %engine, i64 %address, i32 %size, ptr %watch) {
entry:
  %wanted.p = at %watch, Watch.stop
  %wanted = load atomic i64, ptr %wanted.p monotonic, align 8
  %is_idle = icmp eq i64 %wanted, 0
  br i1 %is_idle, label %go_on, label %look
look:
  %stop = trunc i64 %wanted to i32
  %is_stop = icmp ne i32 %stop, 0
  br i1 %is_stop, label %halt, label %interrupt
interrupt:
  ; The block after STI or MOV SS is one instruction long and takes no interrupt.
  %skip = get %watch, Watch.skip_block
  %is_skipped = icmp ne i32 %skip, 0
  br i1 %is_skipped, label %skipped, label %ask
skipped:
  put %watch, Watch.skip_block, 0
  br label %go_on
ask:
  %read.i = get %watch, Watch.reg_read
  %read = inttoptr i64 %read.i to ptr
  %id = get %watch, Watch.flags_register
  %value = at %watch, Watch.flags
  %status = call i32 %read(ptr %engine, i32 %id, ptr %value)
  %flags = get %watch, Watch.flags
  %enabled = and i64 %flags, 512
  %is_enabled = icmp ne i64 %enabled, 0
  br i1 %is_enabled, label %halt, label %go_on
halt:
  put %watch, Watch.is_stopped, 1
  call void @stop(ptr %engine, ptr %watch)
  ret void
go_on:
  %size.w = zext i32 %size to i64
  %end = add i64 %address, %size.w
  put %watch, Watch.previous_end, %end
  ret void
}

; Notes which interrupt it is; it is delivered once the guest has stopped.
define void @at_interrupt(ptr %engine, i32 %vector, ptr %watch) {
  put %watch, Watch.vector, %vector
  put %watch, Watch.is_trapped, 1
  call void @stop(ptr %engine, ptr %watch)
  ret void
}

; What SYSCALL does is done once the guest has stopped.
define void @at_syscall(ptr %engine, ptr %watch) {
  put %watch, Watch.is_syscall, 1
  call void @stop(ptr %engine, ptr %watch)
  ret void
}

define internal void @stop(ptr %engine, ptr %watch) {
  %stop.i = get %watch, Watch.emu_stop
  %stop = inttoptr i64 %stop.i to ptr
  %status = call i32 %stop(ptr %engine)
  ret void
}
