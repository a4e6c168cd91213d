; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
; Made of unicorn_hooks.c by tools/runtime.py; do not edit.

%struct.lightexit_watch = type { i32, i32, i32, i32, i32, i32, i64, i64, i64, i32, i32, i64 }

; Function Attrs: nounwind
define void @at_block(ptr noundef %0, i64 noundef %1, i32 noundef %2, ptr noundef %3) #0 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i32, align 4
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i32 %2, ptr %7, align 4
  store ptr %3, ptr %8, align 8
  %10 = load ptr, ptr %8, align 8
  %11 = call zeroext i1 @is_idle(ptr noundef %10) #3
  br i1 %11, label %27, label %12

12:                                               ; preds = %4
  %13 = load ptr, ptr %8, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %13, i32 0, i32 0
  %15 = load atomic i32, ptr %14 monotonic, align 8
  store i32 %15, ptr %9, align 4
  %16 = load i32, ptr %9, align 4
  %17 = icmp ne i32 %16, 0
  br i1 %17, label %22, label %18

18:                                               ; preds = %12
  %19 = load ptr, ptr %5, align 8
  %20 = load ptr, ptr %8, align 8
  %21 = call zeroext i1 @is_interrupted(ptr noundef %19, ptr noundef %20) #3
  br i1 %21, label %22, label %27

22:                                               ; preds = %18, %12
  %23 = load ptr, ptr %8, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %23, i32 0, i32 3
  store i32 1, ptr %24, align 4
  %25 = load ptr, ptr %5, align 8
  %26 = load ptr, ptr %8, align 8
  call void @stop(ptr noundef %25, ptr noundef %26) #3
  br label %34

27:                                               ; preds = %18, %4
  %28 = load i64, ptr %6, align 8
  %29 = load i32, ptr %7, align 4
  %30 = zext i32 %29 to i64
  %31 = add i64 %28, %30
  %32 = load ptr, ptr %8, align 8
  %33 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %32, i32 0, i32 6
  store i64 %31, ptr %33, align 8
  br label %34

34:                                               ; preds = %27, %22
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_idle(ptr noundef %0) #1 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  %4 = load ptr, ptr %2, align 8
  %5 = load atomic i64, ptr %4 monotonic, align 8
  store i64 %5, ptr %3, align 8
  %6 = load i64, ptr %3, align 8
  %7 = icmp ne i64 %6, 0
  %8 = xor i1 %7, true
  ret i1 %8
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_interrupted(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca i1, align 1
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  %7 = load ptr, ptr %5, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %7, i32 0, i32 1
  %9 = load atomic i32, ptr %8 monotonic, align 4
  store i32 %9, ptr %6, align 4
  %10 = load i32, ptr %6, align 4
  %11 = icmp ne i32 %10, 0
  br i1 %11, label %13, label %12

12:                                               ; preds = %2
  store i1 false, ptr %3, align 1
  br label %25

13:                                               ; preds = %2
  %14 = load ptr, ptr %5, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %14, i32 0, i32 2
  %16 = load i32, ptr %15, align 8
  %17 = icmp ne i32 %16, 0
  br i1 %17, label %18, label %21

18:                                               ; preds = %13
  %19 = load ptr, ptr %5, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %19, i32 0, i32 2
  store i32 0, ptr %20, align 8
  store i1 false, ptr %3, align 1
  br label %25

21:                                               ; preds = %13
  %22 = load ptr, ptr %4, align 8
  %23 = load ptr, ptr %5, align 8
  %24 = call zeroext i1 @takes_interrupts(ptr noundef %22, ptr noundef %23) #3
  store i1 %24, ptr %3, align 1
  br label %25

25:                                               ; preds = %21, %18, %12
  %26 = load i1, ptr %3, align 1
  ret i1 %26
}

; Function Attrs: alwaysinline nounwind
define internal void @stop(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %4, align 8
  %6 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %5, i32 0, i32 7
  %7 = load i64, ptr %6, align 8
  %8 = inttoptr i64 %7 to ptr
  %9 = load ptr, ptr %3, align 8
  %10 = call i32 %8(ptr noundef %9) #3
  ret void
}

; Function Attrs: nounwind
define void @at_interrupt(ptr noundef %0, i32 noundef %1, ptr noundef %2) #0 {
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  store ptr %2, ptr %6, align 8
  %7 = load i32, ptr %5, align 4
  %8 = load ptr, ptr %6, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %8, i32 0, i32 5
  store i32 %7, ptr %9, align 4
  %10 = load ptr, ptr %6, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %10, i32 0, i32 4
  store i32 1, ptr %11, align 8
  %12 = load ptr, ptr %4, align 8
  %13 = load ptr, ptr %6, align 8
  call void @stop(ptr noundef %12, ptr noundef %13) #3
  ret void
}

; Function Attrs: nounwind
define void @at_syscall(ptr noundef %0, ptr noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %4, align 8
  %6 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %5, i32 0, i32 10
  store i32 1, ptr %6, align 4
  %7 = load ptr, ptr %3, align 8
  %8 = load ptr, ptr %4, align 8
  call void @stop(ptr noundef %7, ptr noundef %8) #3
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @takes_interrupts(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %6, i32 0, i32 8
  %8 = load i64, ptr %7, align 8
  %9 = inttoptr i64 %8 to ptr
  store ptr %9, ptr %5, align 8
  %10 = load ptr, ptr %5, align 8
  %11 = load ptr, ptr %3, align 8
  %12 = load ptr, ptr %4, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %12, i32 0, i32 9
  %14 = load i32, ptr %13, align 8
  %15 = load ptr, ptr %4, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %15, i32 0, i32 11
  %17 = call i32 %10(ptr noundef %11, i32 noundef %14, ptr noundef %16) #3
  %18 = load ptr, ptr %4, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %18, i32 0, i32 11
  %20 = load i64, ptr %19, align 8
  %21 = and i64 %20, 512
  %22 = icmp ne i64 %21, 0
  call void @llvm.lifetime.end.p0(ptr %5) #4
  ret i1 %22
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(ptr captures(none)) #2

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(ptr captures(none)) #2

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" }
attributes #1 = { alwaysinline nounwind "no-builtins" "no-jump-tables"="true" }
attributes #2 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #3 = { nobuiltin "no-builtins" }
attributes #4 = { nounwind }

!llvm.module.flags = !{!0, !1, !2}

!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
