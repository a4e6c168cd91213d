; SPDX-License-Identifier: Apache-2.0
;
; The run loop: enter the guest, hand its accesses to the dispatch routine, enter it again. It
; returns for all else: KVM's exit reason, or -1 where KVM_RUN failed (EINTR: kicked).
;
; A kick sets `immediate_exit`: the next KVM_RUN then completes the access in hand and returns.
; So the loop asks nobody whether to go on. For the notation see lightexit/bus/dispatch.ll.

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

define i32 @run(ptr %loop) {
entry:
  %context = alloca [IoContext.sizeof x i8], align 8
  call void @llvm.memset.p0.i64(ptr %context, i8 0, i64 IoContext.sizeof, i1 false)
  %shared.i = get %loop, Loop.shared
  %shared = inttoptr i64 %shared.i to ptr
  br label %enter
enter:
  %status = call i32 @enter(ptr %loop)
  %is_error = icmp slt i32 %status, 0
  br i1 %is_error, label %leave, label %decode
decode:
  %reason = get %shared, Run.exit_reason
  switch i32 %reason, label %leave [ i32 KVM_EXIT_IO, label %port
                                     i32 KVM_EXIT_MMIO, label %memory ]
port:
  call void @port(ptr %loop, ptr %shared, ptr %context)
  br label %enter
memory:
  call void @memory(ptr %loop, ptr %shared, ptr %context)
  br label %enter
leave:
  %result = phi i32 [ -1, %enter ], [ %reason, %decode ]
  ret i32 %result
}

define internal i32 @enter(ptr %loop) {
  %ioctl.i = get %loop, Loop.ioctl
  %ioctl = inttoptr i64 %ioctl.i to ptr
  %fd = get %loop, Loop.fd
  %entries = get %loop, Loop.entries
  %entries.n = add i64 %entries, 1
  put %loop, Loop.entries, %entries.n
  %status = call i32 (i32, i64, ...) %ioctl(i32 %fd, i64 KVM_RUN, i64 0)
  ret i32 %status
}

define internal i64 @access(ptr %loop, ptr %context, i64 %data) {
  %access.i = get %loop, Loop.access
  %access = inttoptr i64 %access.i to ptr
  %cpu.i = get %loop, Loop.cpu
  %cpu = inttoptr i64 %cpu.i to ptr
  put %context, IoContext.data, %data
  call void %access(ptr %cpu, ptr %context)
  %answer = get %context, IoContext.data
  ret i64 %answer
}

; `rep ins` and `rep outs` come as many elements at once: each is an access of its own.
define internal void @port(ptr %loop, ptr %shared, ptr %context) {
entry:
  %number = get %shared, PortExit.port
  %size = get %shared, PortExit.size
  %is_write = get %shared, PortExit.is_write
  %count = get %shared, PortExit.count
  %start = get %shared, PortExit.data_offset
  %first = getelementptr i8, ptr %shared, i64 %start
  %address = zext i16 %number to i64
  %size.w = zext i8 %size to i64
  %writes = icmp ne i8 %is_write, 0
  put %context, IoContext.space, SPACE_PIO
  put %context, IoContext.offset, %address
  put %context, IoContext.size, %size
  put %context, IoContext.is_write, %is_write
  br label %next
next:
  %index = phi i32 [ 0, %entry ], [ %index.n, %done ]
  %element = phi ptr [ %first, %entry ], [ %element.n, %done ]
  %more = icmp ult i32 %index, %count
  br i1 %more, label %one, label %end
one:
  %given = call i64 @load(ptr %element, i8 %size)
  %answer = call i64 @access(ptr %loop, ptr %context, i64 %given)
  br i1 %writes, label %done, label %read
read:
  call void @store(ptr %element, i8 %size, i64 %answer)
  br label %done
done:
  %index.n = add i32 %index, 1
  %element.n = getelementptr i8, ptr %element, i64 %size.w
  br label %next
end:
  ret void
}

define internal void @memory(ptr %loop, ptr %shared, ptr %context) {
entry:
  %address = get %shared, MemoryExit.address
  %size = get %shared, MemoryExit.size
  %size.b = trunc i32 %size to i8
  %is_write = get %shared, MemoryExit.is_write
  %given = get %shared, MemoryExit.data
  put %context, IoContext.space, SPACE_MMIO
  put %context, IoContext.offset, %address
  put %context, IoContext.size, %size.b
  put %context, IoContext.is_write, %is_write
  %answer = call i64 @access(ptr %loop, ptr %context, i64 %given)
  %writes = icmp ne i8 %is_write, 0
  br i1 %writes, label %done, label %read
read:
  put %shared, MemoryExit.data, %answer
  br label %done
done:
  ret void
}

; Port accesses are of 1, 2 or 4 bytes.
define internal i64 @load(ptr %element, i8 %size) {
entry:
  switch i8 %size, label %four [ i8 1, label %one
                                 i8 2, label %two ]
one:
  %byte = load i8, ptr %element, align 1
  %byte.w = zext i8 %byte to i64
  ret i64 %byte.w
two:
  %word = load i16, ptr %element, align 1
  %word.w = zext i16 %word to i64
  ret i64 %word.w
four:
  %long = load i32, ptr %element, align 1
  %long.w = zext i32 %long to i64
  ret i64 %long.w
}

define internal void @store(ptr %element, i8 %size, i64 %value) {
entry:
  switch i8 %size, label %four [ i8 1, label %one
                                 i8 2, label %two ]
one:
  %byte = trunc i64 %value to i8
  store i8 %byte, ptr %element, align 1
  ret void
two:
  %word = trunc i64 %value to i16
  store i16 %word, ptr %element, align 1
  ret void
four:
  %long = trunc i64 %value to i32
  store i32 %long, ptr %element, align 1
  ret void
}
