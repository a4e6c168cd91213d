; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
; Made of dispatch.c by tools/runtime.py; do not edit.

%struct.lightexit_state_header = type { i64, i64 }
%struct.system_time = type { i64, i64 }
%struct.lightexit_clock = type { %struct.lightexit_state_header, %struct.lightexit_clock_state }
%struct.lightexit_clock_state = type { i64, i64, i64, i64, i64, i32 }
%struct.access = type { i64, i64, i64, i8, i8 }
%struct.lightexit_vcpu = type { i64, i64, i64, i64, i64, i64, i32, i8, i8, [4096 x %struct.lightexit_found] }
%struct.lightexit_found = type { i64, i64 }
%struct.lightexit_tables = type { i64, %struct.lightexit_addresses, %struct.lightexit_addresses, i8, i8, i64, i64, i64 }
%struct.lightexit_addresses = type { i64, i64, i64, i64 }
%struct.lightexit_aperture = type { i64, i64 }
%struct.lightexit_io_context = type { i64, i64, i64, i32, i8, i8, i8, i8, i32, i32, i32, i32, i32, i8, i8, i8, i8, i64 }
%struct.answer = type { i64, i8 }
%struct.lightexit_window = type { i64, i64, i64, i64, i64, i64, i64, i64, i64, i8, i8, i8, i64, i64, i64, i64, i64, i64, [8 x i64], [8 x i64], i32, [32 x i32], i8 }
%struct.lightexit_event = type { i64, i64, i64, i32, i8, i8, i8, i8 }
%struct.lightexit_counter = type { i64, i64, i64, i64 }
%struct.lightexit_place = type { i64, i64, i64 }
%struct.lightexit_ranges = type { i64, i64 }
%struct.lightexit_range = type { i64, i64, i64 }

; Function Attrs: nounwind
define void @lock(ptr noundef %0, i64 noundef %1, ptr noundef %2) #0 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  call void @llvm.lifetime.start.p0(ptr %8) #9
  store i64 0, ptr %7, align 8
  br label %9

9:                                                ; preds = %32, %3
  %10 = load i64, ptr %7, align 8
  %11 = load i64, ptr %5, align 8
  %12 = icmp ult i64 %10, %11
  br i1 %12, label %13, label %35

13:                                               ; preds = %9
  store i64 1, ptr %8, align 8
  br label %14

14:                                               ; preds = %28, %13
  %15 = load ptr, ptr %4, align 8
  %16 = load i64, ptr %7, align 8
  %17 = getelementptr inbounds nuw ptr, ptr %15, i64 %16
  %18 = load ptr, ptr %17, align 8
  %19 = call zeroext i1 @lightexit_try_lock_one(ptr noundef %18) #10
  %20 = xor i1 %19, true
  br i1 %20, label %21, label %31

21:                                               ; preds = %14
  %22 = load i64, ptr %8, align 8
  %23 = urem i64 %22, 4096
  %24 = icmp eq i64 %23, 0
  br i1 %24, label %25, label %27

25:                                               ; preds = %21
  %26 = load ptr, ptr %6, align 8
  call void %26() #10
  br label %27

27:                                               ; preds = %25, %21
  br label %28

28:                                               ; preds = %27
  %29 = load i64, ptr %8, align 8
  %30 = add i64 %29, 1
  store i64 %30, ptr %8, align 8
  br label %14, !llvm.loop !4

31:                                               ; preds = %14
  br label %32

32:                                               ; preds = %31
  %33 = load i64, ptr %7, align 8
  %34 = add i64 %33, 1
  store i64 %34, ptr %7, align 8
  br label %9, !llvm.loop !6

35:                                               ; preds = %9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(ptr captures(none)) #1

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_try_lock_one(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  call void @llvm.lifetime.start.p0(ptr %3) #9
  %5 = load ptr, ptr %2, align 8
  %6 = getelementptr inbounds nuw %struct.lightexit_state_header, ptr %5, i32 0, i32 0
  %7 = load atomic i64, ptr %6 monotonic, align 8
  store i64 %7, ptr %4, align 8
  %8 = load i64, ptr %4, align 8
  store i64 %8, ptr %3, align 8
  %9 = load i64, ptr %3, align 8
  %10 = and i64 %9, 1
  %11 = icmp ne i64 %10, 0
  br i1 %11, label %19, label %12

12:                                               ; preds = %1
  %13 = load ptr, ptr %2, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_state_header, ptr %13, i32 0, i32 0
  %15 = load i64, ptr %3, align 8
  %16 = load i64, ptr %3, align 8
  %17 = or i64 %16, 1
  %18 = call zeroext i1 @lightexit_swap_acquire(ptr noundef %14, i64 noundef %15, i64 noundef %17) #10
  br label %19

19:                                               ; preds = %12, %1
  %20 = phi i1 [ false, %1 ], [ %18, %12 ]
  call void @llvm.lifetime.end.p0(ptr %3) #9
  ret i1 %20
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(ptr captures(none)) #1

; Function Attrs: nounwind
define void @unlock(ptr noundef %0, i64 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load i64, ptr %4, align 8
  %7 = trunc i64 %6 to i32
  call void @lightexit_unlock(ptr noundef %5, i32 noundef %7) #10
  ret void
}

; Function Attrs: inlinehint nounwind
define internal void @lightexit_unlock(ptr noundef %0, i32 noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #9
  br label %8

8:                                                ; preds = %12, %2
  %9 = load i32, ptr %4, align 4
  %10 = add i32 %9, -1
  store i32 %10, ptr %4, align 4
  %11 = icmp ne i32 %9, 0
  br i1 %11, label %12, label %25

12:                                               ; preds = %8
  %13 = load ptr, ptr %3, align 8
  %14 = load i32, ptr %4, align 4
  %15 = zext i32 %14 to i64
  %16 = getelementptr inbounds nuw ptr, ptr %13, i64 %15
  %17 = load ptr, ptr %16, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_state_header, ptr %17, i32 0, i32 0
  store ptr %18, ptr %5, align 8
  %19 = load ptr, ptr %5, align 8
  %20 = load ptr, ptr %5, align 8
  %21 = load atomic i64, ptr %20 monotonic, align 8
  store i64 %21, ptr %7, align 8
  %22 = load i64, ptr %7, align 8
  %23 = add i64 %22, 1
  store i64 %23, ptr %6, align 8
  %24 = load i64, ptr %6, align 8
  store atomic i64 %24, ptr %19 release, align 8
  br label %8, !llvm.loop !7

25:                                               ; preds = %8
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret void
}

; Function Attrs: nounwind
define i64 @ticks(ptr noundef %0) #0 {
  %2 = alloca i64, align 8
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca %struct.system_time, align 8
  %6 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #9
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %7, i32 0, i32 1
  %9 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %8, i32 0, i32 4
  %10 = load i64, ptr %9, align 8
  %11 = inttoptr i64 %10 to ptr
  store ptr %11, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %12 = load ptr, ptr %4, align 8
  %13 = icmp ne ptr %12, null
  br i1 %13, label %16, label %14

14:                                               ; preds = %1
  %15 = call i64 @cycles() #10
  store i64 %15, ptr %2, align 8
  store i32 1, ptr %6, align 4
  br label %29

16:                                               ; preds = %1
  %17 = load ptr, ptr %4, align 8
  %18 = load ptr, ptr %3, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %18, i32 0, i32 1
  %20 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %19, i32 0, i32 5
  %21 = load i32, ptr %20, align 8
  %22 = call i32 %17(i32 noundef %21, ptr noundef %5) #10
  %23 = getelementptr inbounds nuw %struct.system_time, ptr %5, i32 0, i32 0
  %24 = load i64, ptr %23, align 8
  %25 = mul i64 %24, 1000000000
  %26 = getelementptr inbounds nuw %struct.system_time, ptr %5, i32 0, i32 1
  %27 = load i64, ptr %26, align 8
  %28 = add i64 %25, %27
  store i64 %28, ptr %2, align 8
  store i32 1, ptr %6, align 4
  br label %29

29:                                               ; preds = %16, %14
  call void @llvm.lifetime.end.p0(ptr %5) #9
  call void @llvm.lifetime.end.p0(ptr %4) #9
  %30 = load i64, ptr %2, align 8
  ret i64 %30
}

; Function Attrs: alwaysinline nounwind
define internal i64 @cycles() #3 {
  %1 = call i64 @llvm.readcyclecounter()
  ret i64 %1
}

; Function Attrs: nounwind
define i64 @clock_now(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  call void @llvm.lifetime.start.p0(ptr %3) #9
  br label %4

4:                                                ; preds = %10, %1
  %5 = load ptr, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = call i64 @ticks(ptr noundef %6) #10
  %8 = call zeroext i1 @lightexit_read_clock(ptr noundef %5, i64 noundef %7, ptr noundef %3) #10
  %9 = xor i1 %8, true
  br i1 %9, label %10, label %11

10:                                               ; preds = %4
  br label %4, !llvm.loop !8

11:                                               ; preds = %4
  %12 = load i64, ptr %3, align 8
  call void @llvm.lifetime.end.p0(ptr %3) #9
  ret i64 %12
}

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_read_clock(ptr noundef %0, i64 noundef %1, ptr noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %10 = load ptr, ptr %4, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %10, i32 0, i32 0
  %12 = getelementptr inbounds nuw %struct.lightexit_state_header, ptr %11, i32 0, i32 0
  %13 = load atomic i64, ptr %12 acquire, align 8
  store i64 %13, ptr %8, align 8
  %14 = load i64, ptr %8, align 8
  store i64 %14, ptr %7, align 8
  %15 = load ptr, ptr %4, align 8
  %16 = load i64, ptr %5, align 8
  %17 = call i64 @lightexit_clock_at(ptr noundef %15, i64 noundef %16) #10
  %18 = load ptr, ptr %6, align 8
  store i64 %17, ptr %18, align 8
  fence acquire
  %19 = load i64, ptr %7, align 8
  %20 = and i64 %19, 1
  %21 = icmp ne i64 %20, 0
  br i1 %21, label %30, label %22

22:                                               ; preds = %3
  %23 = load i64, ptr %7, align 8
  %24 = load ptr, ptr %4, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %24, i32 0, i32 0
  %26 = getelementptr inbounds nuw %struct.lightexit_state_header, ptr %25, i32 0, i32 0
  %27 = load atomic i64, ptr %26 monotonic, align 8
  store i64 %27, ptr %9, align 8
  %28 = load i64, ptr %9, align 8
  %29 = icmp eq i64 %23, %28
  br label %30

30:                                               ; preds = %22, %3
  %31 = phi i1 [ false, %3 ], [ %29, %22 ]
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret i1 %31
}

; Function Attrs: nounwind
define void @clock_adjust(ptr noundef %0, i64 noundef %1, i64 noundef %2) #0 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %17 = load ptr, ptr %4, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %17, i32 0, i32 1
  store ptr %18, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %19 = load ptr, ptr %4, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %19, i32 0, i32 0
  %21 = getelementptr inbounds nuw %struct.lightexit_state_header, ptr %20, i32 0, i32 0
  store i64 1, ptr %10, align 8
  %22 = load i64, ptr %10, align 8
  %23 = atomicrmw add ptr %21, i64 %22 seq_cst, align 8
  store i64 %23, ptr %11, align 8
  %24 = load i64, ptr %11, align 8
  %25 = load ptr, ptr %4, align 8
  %26 = call i64 @ticks(ptr noundef %25) #10
  store i64 %26, ptr %8, align 8
  %27 = load ptr, ptr %4, align 8
  %28 = load i64, ptr %8, align 8
  %29 = call i64 @lightexit_clock_at(ptr noundef %27, i64 noundef %28) #10
  %30 = load i64, ptr %6, align 8
  %31 = add i64 %29, %30
  store i64 %31, ptr %9, align 8
  %32 = load ptr, ptr %7, align 8
  %33 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %32, i32 0, i32 0
  %34 = load i64, ptr %9, align 8
  store i64 %34, ptr %12, align 8
  %35 = load i64, ptr %12, align 8
  store atomic i64 %35, ptr %33 monotonic, align 8
  %36 = load ptr, ptr %7, align 8
  %37 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %36, i32 0, i32 1
  %38 = load i64, ptr %8, align 8
  store i64 %38, ptr %13, align 8
  %39 = load i64, ptr %13, align 8
  store atomic i64 %39, ptr %37 monotonic, align 8
  %40 = load ptr, ptr %7, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %40, i32 0, i32 2
  %42 = load i64, ptr %5, align 8
  store i64 %42, ptr %14, align 8
  %43 = load i64, ptr %14, align 8
  store atomic i64 %43, ptr %41 monotonic, align 8
  %44 = load ptr, ptr %4, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %44, i32 0, i32 0
  %46 = getelementptr inbounds nuw %struct.lightexit_state_header, ptr %45, i32 0, i32 0
  store i64 1, ptr %15, align 8
  %47 = load i64, ptr %15, align 8
  %48 = atomicrmw add ptr %46, i64 %47 seq_cst, align 8
  store i64 %48, ptr %16, align 8
  %49 = load i64, ptr %16, align 8
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret void
}

; Function Attrs: inlinehint nounwind
define internal i64 @lightexit_clock_at(ptr noundef %0, i64 noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %10 = load ptr, ptr %3, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %10, i32 0, i32 1
  %12 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %11, i32 0, i32 1
  %13 = load atomic i64, ptr %12 monotonic, align 8
  store i64 %13, ptr %6, align 8
  %14 = load i64, ptr %6, align 8
  store i64 %14, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %15 = load i64, ptr %4, align 8
  %16 = load i64, ptr %5, align 8
  %17 = icmp ugt i64 %15, %16
  br i1 %17, label %18, label %22

18:                                               ; preds = %2
  %19 = load i64, ptr %4, align 8
  %20 = load i64, ptr %5, align 8
  %21 = sub i64 %19, %20
  br label %23

22:                                               ; preds = %2
  br label %23

23:                                               ; preds = %22, %18
  %24 = phi i64 [ %21, %18 ], [ 0, %22 ]
  store i64 %24, ptr %7, align 8
  %25 = load ptr, ptr %3, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %25, i32 0, i32 1
  %27 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %26, i32 0, i32 0
  %28 = load atomic i64, ptr %27 monotonic, align 8
  store i64 %28, ptr %8, align 8
  %29 = load i64, ptr %8, align 8
  %30 = load i64, ptr %7, align 8
  %31 = zext i64 %30 to i128
  %32 = load ptr, ptr %3, align 8
  %33 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %32, i32 0, i32 1
  %34 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %33, i32 0, i32 2
  %35 = load atomic i64, ptr %34 monotonic, align 8
  store i64 %35, ptr %9, align 8
  %36 = load i64, ptr %9, align 8
  %37 = zext i64 %36 to i128
  %38 = mul i128 %31, %37
  %39 = lshr i128 %38, 32
  %40 = trunc i128 %39 to i64
  %41 = add i64 %29, %40
  call void @llvm.lifetime.end.p0(ptr %7) #9
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i64 %41
}

; Function Attrs: nounwind
define i32 @port_in(ptr noundef %0, i32 noundef %1, i32 noundef %2, ptr noundef %3) #0 {
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  %8 = alloca ptr, align 8
  %9 = alloca %struct.access, align 8
  store ptr %0, ptr %5, align 8
  store i32 %1, ptr %6, align 4
  store i32 %2, ptr %7, align 4
  store ptr %3, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %10 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 0
  %11 = load i32, ptr %6, align 4
  %12 = zext i32 %11 to i64
  store i64 %12, ptr %10, align 8
  %13 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 1
  store i64 0, ptr %13, align 8
  %14 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 2
  %15 = load i32, ptr %7, align 4
  %16 = zext i32 %15 to i64
  store i64 %16, ptr %14, align 8
  %17 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 3
  store i8 0, ptr %17, align 8
  %18 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 4
  store i8 0, ptr %18, align 1
  %19 = getelementptr i8, ptr %9, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %19, i8 0, i64 6, i1 false)
  %20 = load ptr, ptr %5, align 8
  %21 = load ptr, ptr %8, align 8
  %22 = call i64 @enter(ptr noundef %21, ptr noundef %9) #10
  %23 = trunc i64 %22 to i32
  call void @llvm.lifetime.end.p0(ptr %9) #9
  ret i32 %23
}

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: write)
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #4

; Function Attrs: alwaysinline nounwind
define internal i64 @enter(ptr noundef %0, ptr noundef %1) #3 {
  %3 = alloca i64, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %6, i32 0, i32 3
  %8 = load i64, ptr %7, align 8
  %9 = add i64 %8, -1
  store i64 %9, ptr %7, align 8
  %10 = load ptr, ptr %4, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %10, i32 0, i32 2
  %12 = load i64, ptr %11, align 8
  %13 = inttoptr i64 %12 to ptr
  %14 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %13, i32 0, i32 3
  %15 = load i8, ptr %14, align 8
  %16 = icmp ne i8 %15, 0
  br i1 %16, label %17, label %36

17:                                               ; preds = %2
  %18 = load ptr, ptr %4, align 8
  %19 = load ptr, ptr %5, align 8
  %20 = getelementptr inbounds nuw %struct.access, ptr %19, i32 0, i32 4
  %21 = load i8, ptr %20, align 1
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.access, ptr %22, i32 0, i32 0
  %24 = load i64, ptr %23, align 8
  %25 = load ptr, ptr %5, align 8
  %26 = getelementptr inbounds nuw %struct.access, ptr %25, i32 0, i32 2
  %27 = load i64, ptr %26, align 8
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.access, ptr %28, i32 0, i32 3
  %30 = load i8, ptr %29, align 8, !range !9, !noundef !10
  %31 = trunc i8 %30 to i1
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.access, ptr %32, i32 0, i32 1
  %34 = load i64, ptr %33, align 8
  %35 = call i64 @enter_watched(ptr noundef %18, i8 noundef zeroext %21, i64 noundef %24, i64 noundef %27, i1 noundef zeroext %31, i64 noundef %34) #10
  store i64 %35, ptr %3, align 8
  br label %41

36:                                               ; preds = %2
  %37 = load ptr, ptr %4, align 8
  call void @spend(ptr noundef %37) #10
  %38 = load ptr, ptr %4, align 8
  %39 = load ptr, ptr %5, align 8
  %40 = call i64 @perform(ptr noundef %38, ptr noundef %39, i1 noundef zeroext false) #10
  store i64 %40, ptr %3, align 8
  br label %41

41:                                               ; preds = %36, %17
  %42 = load i64, ptr %3, align 8
  ret i64 %42
}

; Function Attrs: nounwind
define void @port_out(ptr noundef %0, i32 noundef %1, i32 noundef %2, i32 noundef %3, ptr noundef %4) #0 {
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  %8 = alloca i32, align 4
  %9 = alloca i32, align 4
  %10 = alloca ptr, align 8
  %11 = alloca %struct.access, align 8
  store ptr %0, ptr %6, align 8
  store i32 %1, ptr %7, align 4
  store i32 %2, ptr %8, align 4
  store i32 %3, ptr %9, align 4
  store ptr %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %12 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 0
  %13 = load i32, ptr %7, align 4
  %14 = zext i32 %13 to i64
  store i64 %14, ptr %12, align 8
  %15 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 1
  %16 = load i32, ptr %9, align 4
  %17 = zext i32 %16 to i64
  %18 = load i32, ptr %8, align 4
  %19 = zext i32 %18 to i64
  %20 = call i64 @mask(i64 noundef %19) #10
  %21 = and i64 %17, %20
  store i64 %21, ptr %15, align 8
  %22 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 2
  %23 = load i32, ptr %8, align 4
  %24 = zext i32 %23 to i64
  store i64 %24, ptr %22, align 8
  %25 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 3
  store i8 1, ptr %25, align 8
  %26 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 4
  store i8 0, ptr %26, align 1
  %27 = getelementptr i8, ptr %11, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %27, i8 0, i64 6, i1 false)
  %28 = load ptr, ptr %6, align 8
  %29 = load ptr, ptr %10, align 8
  %30 = call i64 @enter(ptr noundef %29, ptr noundef %11) #10
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal i64 @mask(i64 noundef %0) #3 {
  %2 = alloca i64, align 8
  store i64 %0, ptr %2, align 8
  %3 = load i64, ptr %2, align 8
  %4 = mul i64 8, %3
  %5 = sub i64 64, %4
  %6 = lshr i64 -1, %5
  ret i64 %6
}

; Function Attrs: nounwind
define i64 @memory_read(ptr noundef %0, i64 noundef %1, i32 noundef %2, ptr noundef %3) #0 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i32, align 4
  %8 = alloca ptr, align 8
  %9 = alloca %struct.access, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i32 %2, ptr %7, align 4
  store ptr %3, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %10 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 0
  %11 = load ptr, ptr %8, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_aperture, ptr %11, i32 0, i32 1
  %13 = load i64, ptr %12, align 8
  %14 = load i64, ptr %6, align 8
  %15 = add i64 %13, %14
  store i64 %15, ptr %10, align 8
  %16 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 1
  store i64 0, ptr %16, align 8
  %17 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 2
  %18 = load i32, ptr %7, align 4
  %19 = zext i32 %18 to i64
  store i64 %19, ptr %17, align 8
  %20 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 3
  store i8 0, ptr %20, align 8
  %21 = getelementptr inbounds nuw %struct.access, ptr %9, i32 0, i32 4
  store i8 1, ptr %21, align 1
  %22 = getelementptr i8, ptr %9, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %22, i8 0, i64 6, i1 false)
  %23 = load ptr, ptr %5, align 8
  %24 = load ptr, ptr %8, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_aperture, ptr %24, i32 0, i32 0
  %26 = load i64, ptr %25, align 8
  %27 = inttoptr i64 %26 to ptr
  %28 = call i64 @enter(ptr noundef %27, ptr noundef %9) #10
  %29 = load i32, ptr %7, align 4
  %30 = zext i32 %29 to i64
  %31 = call i64 @mask(i64 noundef %30) #10
  %32 = and i64 %28, %31
  call void @llvm.lifetime.end.p0(ptr %9) #9
  ret i64 %32
}

; Function Attrs: nounwind
define void @memory_write(ptr noundef %0, i64 noundef %1, i32 noundef %2, i64 noundef %3, ptr noundef %4) #0 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca %struct.access, align 8
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store i32 %2, ptr %8, align 4
  store i64 %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %12 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 0
  %13 = load ptr, ptr %10, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_aperture, ptr %13, i32 0, i32 1
  %15 = load i64, ptr %14, align 8
  %16 = load i64, ptr %7, align 8
  %17 = add i64 %15, %16
  store i64 %17, ptr %12, align 8
  %18 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 1
  %19 = load i64, ptr %9, align 8
  %20 = load i32, ptr %8, align 4
  %21 = zext i32 %20 to i64
  %22 = call i64 @mask(i64 noundef %21) #10
  %23 = and i64 %19, %22
  store i64 %23, ptr %18, align 8
  %24 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 2
  %25 = load i32, ptr %8, align 4
  %26 = zext i32 %25 to i64
  store i64 %26, ptr %24, align 8
  %27 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 3
  store i8 1, ptr %27, align 8
  %28 = getelementptr inbounds nuw %struct.access, ptr %11, i32 0, i32 4
  store i8 1, ptr %28, align 1
  %29 = getelementptr i8, ptr %11, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %29, i8 0, i64 6, i1 false)
  %30 = load ptr, ptr %6, align 8
  %31 = load ptr, ptr %10, align 8
  %32 = getelementptr inbounds nuw %struct.lightexit_aperture, ptr %31, i32 0, i32 0
  %33 = load i64, ptr %32, align 8
  %34 = inttoptr i64 %33 to ptr
  %35 = call i64 @enter(ptr noundef %34, ptr noundef %11) #10
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret void
}

; Function Attrs: nounwind
define i32 @perform_context(ptr noundef %0, ptr noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca %struct.access, align 8
  %7 = alloca i8, align 1
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %8 = load ptr, ptr %3, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %8, i32 0, i32 2
  %10 = load i64, ptr %9, align 8
  %11 = inttoptr i64 %10 to ptr
  store ptr %11, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %12 = getelementptr inbounds nuw %struct.access, ptr %6, i32 0, i32 0
  %13 = load ptr, ptr %4, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 0
  %15 = load i64, ptr %14, align 8
  %16 = load ptr, ptr %4, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 6
  %18 = load i8, ptr %17, align 2
  %19 = zext i8 %18 to i32
  %20 = icmp eq i32 %19, 0
  %21 = zext i1 %20 to i64
  %22 = select i1 %20, i64 65535, i64 -1
  %23 = and i64 %15, %22
  store i64 %23, ptr %12, align 8
  %24 = getelementptr inbounds nuw %struct.access, ptr %6, i32 0, i32 1
  %25 = load ptr, ptr %4, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %25, i32 0, i32 1
  %27 = load i64, ptr %26, align 8
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %28, i32 0, i32 4
  %30 = load i8, ptr %29, align 4
  %31 = zext i8 %30 to i64
  %32 = call i64 @mask(i64 noundef %31) #10
  %33 = and i64 %27, %32
  store i64 %33, ptr %24, align 8
  %34 = getelementptr inbounds nuw %struct.access, ptr %6, i32 0, i32 2
  %35 = load ptr, ptr %4, align 8
  %36 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %35, i32 0, i32 4
  %37 = load i8, ptr %36, align 4
  %38 = zext i8 %37 to i64
  store i64 %38, ptr %34, align 8
  %39 = getelementptr inbounds nuw %struct.access, ptr %6, i32 0, i32 3
  %40 = load ptr, ptr %4, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %40, i32 0, i32 5
  %42 = load i8, ptr %41, align 1
  %43 = icmp ne i8 %42, 0
  %44 = zext i1 %43 to i8
  store i8 %44, ptr %39, align 8
  %45 = getelementptr inbounds nuw %struct.access, ptr %6, i32 0, i32 4
  %46 = load ptr, ptr %4, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %46, i32 0, i32 6
  %48 = load i8, ptr %47, align 2
  store i8 %48, ptr %45, align 1
  %49 = getelementptr i8, ptr %6, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %49, i8 0, i64 6, i1 false)
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %50 = getelementptr inbounds nuw %struct.access, ptr %6, i32 0, i32 4
  %51 = load i8, ptr %50, align 1
  %52 = zext i8 %51 to i32
  %53 = icmp ne i32 %52, 2
  br i1 %53, label %60, label %54

54:                                               ; preds = %2
  %55 = load ptr, ptr %5, align 8
  %56 = getelementptr inbounds nuw %struct.access, ptr %6, i32 0, i32 0
  %57 = load i64, ptr %56, align 8
  %58 = call ptr @at_msr(ptr noundef %55, i64 noundef %57) #10
  %59 = icmp ne ptr %58, null
  br label %60

60:                                               ; preds = %54, %2
  %61 = phi i1 [ true, %2 ], [ %59, %54 ]
  %62 = zext i1 %61 to i8
  store i8 %62, ptr %7, align 1
  %63 = load ptr, ptr %3, align 8
  %64 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %63, i32 0, i32 8
  store i8 0, ptr %64, align 1
  %65 = load ptr, ptr %3, align 8
  %66 = call i64 @enter(ptr noundef %65, ptr noundef %6) #10
  %67 = getelementptr inbounds nuw %struct.access, ptr %6, i32 0, i32 2
  %68 = load i64, ptr %67, align 8
  %69 = call i64 @mask(i64 noundef %68) #10
  %70 = and i64 %66, %69
  %71 = load ptr, ptr %4, align 8
  %72 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %71, i32 0, i32 1
  store i64 %70, ptr %72, align 8
  %73 = load i8, ptr %7, align 1, !range !9, !noundef !10
  %74 = trunc i8 %73 to i1
  br i1 %74, label %75, label %81

75:                                               ; preds = %60
  %76 = load ptr, ptr %3, align 8
  %77 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %76, i32 0, i32 8
  %78 = load i8, ptr %77, align 1
  %79 = icmp ne i8 %78, 0
  %80 = xor i1 %79, true
  br label %81

81:                                               ; preds = %75, %60
  %82 = phi i1 [ false, %60 ], [ %80, %75 ]
  %83 = zext i1 %82 to i32
  call void @llvm.lifetime.end.p0(ptr %7) #9
  call void @llvm.lifetime.end.p0(ptr %6) #9
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i32 %83
}

; Function Attrs: alwaysinline nounwind
define internal ptr @at_msr(ptr noundef %0, i64 noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %7, i32 0, i32 2
  %9 = getelementptr inbounds nuw %struct.lightexit_addresses, ptr %8, i32 0, i32 0
  %10 = load atomic i64, ptr %9 acquire, align 8
  store i64 %10, ptr %6, align 8
  %11 = load i64, ptr %6, align 8
  store i64 %11, ptr %5, align 8
  %12 = load i64, ptr %5, align 8
  %13 = inttoptr i64 %12 to ptr
  %14 = load i64, ptr %4, align 8
  %15 = call ptr @search(ptr noundef %13, i64 noundef %14) #10
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret ptr %15
}

; Function Attrs: nounwind
define i32 @perform_claimed(ptr noundef %0, ptr noundef %1) #0 {
  %3 = alloca i32, align 4
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %8 = load ptr, ptr %4, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %8, i32 0, i32 2
  %10 = load i64, ptr %9, align 8
  %11 = inttoptr i64 %10 to ptr
  store ptr %11, ptr %6, align 8
  %12 = load ptr, ptr %4, align 8
  %13 = load ptr, ptr %6, align 8
  %14 = load ptr, ptr %5, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %14, i32 0, i32 6
  %16 = load i8, ptr %15, align 2
  %17 = load ptr, ptr %5, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %17, i32 0, i32 0
  %19 = load i64, ptr %18, align 8
  %20 = call ptr @route(ptr noundef %12, ptr noundef %13, i8 noundef zeroext %16, i64 noundef %19) #10
  %21 = icmp ne ptr %20, null
  br i1 %21, label %23, label %22

22:                                               ; preds = %2
  store i32 0, ptr %3, align 4
  store i32 1, ptr %7, align 4
  br label %30

23:                                               ; preds = %2
  %24 = load ptr, ptr %4, align 8
  %25 = load ptr, ptr %5, align 8
  %26 = call i32 @perform_context(ptr noundef %24, ptr noundef %25) #10
  %27 = icmp ne i32 %26, 0
  %28 = zext i1 %27 to i64
  %29 = select i1 %27, i32 1, i32 2
  store i32 %29, ptr %3, align 4
  store i32 1, ptr %7, align 4
  br label %30

30:                                               ; preds = %23, %22
  call void @llvm.lifetime.end.p0(ptr %6) #9
  %31 = load i32, ptr %3, align 4
  ret i32 %31
}

; Function Attrs: alwaysinline nounwind
define internal ptr @route(ptr noundef %0, ptr noundef %1, i8 noundef zeroext %2, i64 noundef %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i8 %2, ptr %8, align 1
  store i64 %3, ptr %9, align 8
  %10 = load i8, ptr %8, align 1
  %11 = zext i8 %10 to i32
  switch i32 %11, label %21 [
    i32 0, label %12
    i32 1, label %16
  ]

12:                                               ; preds = %4
  %13 = load ptr, ptr %6, align 8
  %14 = load i64, ptr %9, align 8
  %15 = call ptr @at_port(ptr noundef %13, i64 noundef %14) #10
  store ptr %15, ptr %5, align 8
  br label %25

16:                                               ; preds = %4
  %17 = load ptr, ptr %6, align 8
  %18 = load ptr, ptr %7, align 8
  %19 = load i64, ptr %9, align 8
  %20 = call ptr @at_address(ptr noundef %17, ptr noundef %18, i64 noundef %19) #10
  store ptr %20, ptr %5, align 8
  br label %25

21:                                               ; preds = %4
  %22 = load ptr, ptr %7, align 8
  %23 = load i64, ptr %9, align 8
  %24 = call ptr @at_msr(ptr noundef %22, i64 noundef %23) #10
  store ptr %24, ptr %5, align 8
  br label %25

25:                                               ; preds = %21, %16, %12
  %26 = load ptr, ptr %5, align 8
  ret ptr %26
}

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_swap_acquire(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i8, align 1
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %9 = load ptr, ptr %4, align 8
  %10 = load i64, ptr %6, align 8
  store i64 %10, ptr %7, align 8
  %11 = load i64, ptr %5, align 8
  %12 = load i64, ptr %7, align 8
  %13 = cmpxchg ptr %9, i64 %11, i64 %12 acquire monotonic, align 8
  %14 = extractvalue { i64, i1 } %13, 0
  %15 = extractvalue { i64, i1 } %13, 1
  br i1 %15, label %17, label %16

16:                                               ; preds = %3
  store i64 %14, ptr %5, align 8
  br label %17

17:                                               ; preds = %16, %3
  %18 = zext i1 %15 to i8
  store i8 %18, ptr %8, align 1
  %19 = load i8, ptr %8, align 1, !range !9, !noundef !10
  %20 = trunc i8 %19 to i1
  ret i1 %20
}

; Function Attrs: nocallback nofree nosync nounwind willreturn
declare i64 @llvm.readcyclecounter() #5

; Function Attrs: noinline nounwind
define internal i64 @enter_watched(ptr noundef %0, i8 noundef zeroext %1, i64 noundef %2, i64 noundef %3, i1 noundef zeroext %4, i64 noundef %5) #6 {
  %7 = alloca ptr, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i8, align 1
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca %struct.access, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  %17 = alloca i64, align 8
  store ptr %0, ptr %7, align 8
  store i8 %1, ptr %8, align 1
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  %18 = zext i1 %4 to i8
  store i8 %18, ptr %11, align 1
  store i64 %5, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %19 = load ptr, ptr %7, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %19, i32 0, i32 1
  %21 = load i64, ptr %20, align 8
  %22 = inttoptr i64 %21 to ptr
  store ptr %22, ptr %13, align 8
  call void @llvm.lifetime.start.p0(ptr %14) #9
  %23 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 0
  store i64 0, ptr %23, align 8
  %24 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 1
  store i64 0, ptr %24, align 8
  %25 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 2
  %26 = load i64, ptr %10, align 8
  store i64 %26, ptr %25, align 8
  %27 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 3
  %28 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %29 = trunc i8 %28 to i1
  %30 = zext i1 %29 to i8
  store i8 %30, ptr %27, align 8
  %31 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 4
  %32 = load i8, ptr %8, align 1
  store i8 %32, ptr %31, align 1
  %33 = getelementptr i8, ptr %14, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %33, i8 0, i64 6, i1 false)
  call void @llvm.lifetime.start.p0(ptr %15) #9
  %34 = load ptr, ptr %13, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %34, i32 0, i32 1
  %36 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %35, i32 0, i32 0
  %37 = load ptr, ptr %13, align 8
  %38 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %37, i32 0, i32 1
  %39 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %38, i32 0, i32 3
  %40 = load i64, ptr %39, align 8
  store i64 %40, ptr %16, align 8
  %41 = load i64, ptr %16, align 8
  %42 = atomicrmw add ptr %36, i64 %41 monotonic, align 8
  store i64 %42, ptr %17, align 8
  %43 = load i64, ptr %17, align 8
  %44 = load ptr, ptr %7, align 8
  call void @spend(ptr noundef %44) #10
  %45 = load ptr, ptr %7, align 8
  %46 = load i64, ptr %9, align 8
  %47 = load i64, ptr %12, align 8
  call void @trace(ptr noundef %45, i32 noundef 0, ptr noundef %14, i64 noundef %46, i64 noundef %47) #10
  %48 = load ptr, ptr %7, align 8
  %49 = load i8, ptr %8, align 1
  %50 = load i64, ptr %9, align 8
  %51 = load i64, ptr %10, align 8
  %52 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %53 = trunc i8 %52 to i1
  %54 = load i64, ptr %12, align 8
  %55 = call i64 @perform_again(ptr noundef %48, i8 noundef zeroext %49, i64 noundef %50, i64 noundef %51, i1 noundef zeroext %53, i64 noundef %54) #10
  store i64 %55, ptr %15, align 8
  %56 = load ptr, ptr %7, align 8
  %57 = load i64, ptr %9, align 8
  %58 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %59 = trunc i8 %58 to i1
  br i1 %59, label %60, label %62

60:                                               ; preds = %6
  %61 = load i64, ptr %12, align 8
  br label %64

62:                                               ; preds = %6
  %63 = load i64, ptr %15, align 8
  br label %64

64:                                               ; preds = %62, %60
  %65 = phi i64 [ %61, %60 ], [ %63, %62 ]
  call void @trace(ptr noundef %56, i32 noundef 4, ptr noundef %14, i64 noundef %57, i64 noundef %65) #10
  %66 = load i64, ptr %15, align 8
  call void @llvm.lifetime.end.p0(ptr %15) #9
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  ret i64 %66
}

; Function Attrs: alwaysinline nounwind
define internal void @spend(ptr noundef %0) #3 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %3, i32 0, i32 3
  %5 = load i64, ptr %4, align 8
  %6 = icmp ne i64 %5, 0
  br i1 %6, label %12, label %7

7:                                                ; preds = %1
  %8 = load ptr, ptr %2, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %8, i32 0, i32 4
  %10 = load i64, ptr %9, align 8
  %11 = inttoptr i64 %10 to ptr
  call void %11() #10
  br label %12

12:                                               ; preds = %7, %1
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal i64 @perform(ptr noundef %0, ptr noundef %1, i1 noundef zeroext %2) #3 {
  %4 = alloca i64, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i8, align 1
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  %14 = alloca i8, align 1
  %15 = alloca i8, align 1
  %16 = alloca i8, align 1
  %17 = alloca ptr, align 8
  %18 = alloca i32, align 4
  %19 = alloca %struct.answer, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  %20 = zext i1 %2 to i8
  store i8 %20, ptr %7, align 1
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %21, i32 0, i32 2
  %23 = load i64, ptr %22, align 8
  %24 = inttoptr i64 %23 to ptr
  store ptr %24, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %25 = load ptr, ptr %6, align 8
  %26 = getelementptr inbounds nuw %struct.access, ptr %25, i32 0, i32 0
  %27 = load i64, ptr %26, align 8
  store i64 %27, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.access, ptr %28, i32 0, i32 2
  %30 = load i64, ptr %29, align 8
  store i64 %30, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %31 = load ptr, ptr %6, align 8
  %32 = getelementptr inbounds nuw %struct.access, ptr %31, i32 0, i32 1
  %33 = load i64, ptr %32, align 8
  store i64 %33, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.lifetime.start.p0(ptr %13) #9
  call void @llvm.lifetime.start.p0(ptr %14) #9
  %34 = load ptr, ptr %6, align 8
  %35 = getelementptr inbounds nuw %struct.access, ptr %34, i32 0, i32 3
  %36 = load i8, ptr %35, align 8, !range !9, !noundef !10
  %37 = trunc i8 %36 to i1
  %38 = zext i1 %37 to i8
  store i8 %38, ptr %14, align 1
  call void @llvm.lifetime.start.p0(ptr %15) #9
  call void @llvm.lifetime.start.p0(ptr %16) #9
  %39 = load ptr, ptr %6, align 8
  %40 = getelementptr inbounds nuw %struct.access, ptr %39, i32 0, i32 4
  %41 = load i8, ptr %40, align 1
  store i8 %41, ptr %16, align 1
  call void @llvm.lifetime.start.p0(ptr %17) #9
  %42 = load ptr, ptr %5, align 8
  %43 = load ptr, ptr %8, align 8
  %44 = load i8, ptr %16, align 1
  %45 = load i64, ptr %9, align 8
  %46 = call ptr @route(ptr noundef %42, ptr noundef %43, i8 noundef zeroext %44, i64 noundef %45) #10
  store ptr %46, ptr %17, align 8
  %47 = load ptr, ptr %17, align 8
  %48 = icmp ne ptr %47, null
  br i1 %48, label %81, label %49

49:                                               ; preds = %3
  %50 = load ptr, ptr %5, align 8
  %51 = load ptr, ptr %8, align 8
  %52 = load i8, ptr %16, align 1
  %53 = load i64, ptr %9, align 8
  %54 = load i64, ptr %10, align 8
  %55 = call ptr @touched(ptr noundef %50, ptr noundef %51, i8 noundef zeroext %52, i64 noundef %53, i64 noundef %54) #10
  store ptr %55, ptr %17, align 8
  %56 = load ptr, ptr %17, align 8
  %57 = icmp ne ptr %56, null
  br i1 %57, label %67, label %58

58:                                               ; preds = %49
  %59 = load ptr, ptr %5, align 8
  %60 = load i8, ptr %16, align 1
  %61 = load i64, ptr %9, align 8
  %62 = load i64, ptr %10, align 8
  %63 = load i8, ptr %14, align 1, !range !9, !noundef !10
  %64 = trunc i8 %63 to i1
  %65 = load i64, ptr %11, align 8
  %66 = call i64 @unclaimed(ptr noundef %59, i8 noundef zeroext %60, i64 noundef %61, i64 noundef %62, i1 noundef zeroext %64, i64 noundef %65) #10
  store i64 %66, ptr %4, align 8
  store i32 1, ptr %18, align 4
  br label %159

67:                                               ; preds = %49
  %68 = load ptr, ptr %17, align 8
  %69 = load i64, ptr %9, align 8
  %70 = call zeroext i1 @contains(ptr noundef %68, i64 noundef %69) #10
  br i1 %70, label %80, label %71

71:                                               ; preds = %67
  %72 = load ptr, ptr %5, align 8
  %73 = load i8, ptr %16, align 1
  %74 = load i64, ptr %9, align 8
  %75 = load i64, ptr %10, align 8
  %76 = load i8, ptr %14, align 1, !range !9, !noundef !10
  %77 = trunc i8 %76 to i1
  %78 = load i64, ptr %11, align 8
  %79 = call i64 @split(ptr noundef %72, i8 noundef zeroext %73, i64 noundef %74, i64 noundef %75, i1 noundef zeroext %77, i64 noundef %78) #10
  store i64 %79, ptr %4, align 8
  store i32 1, ptr %18, align 4
  br label %159

80:                                               ; preds = %67
  br label %81

81:                                               ; preds = %80, %3
  %82 = load i64, ptr %9, align 8
  %83 = load ptr, ptr %17, align 8
  %84 = getelementptr inbounds nuw %struct.lightexit_window, ptr %83, i32 0, i32 0
  %85 = load i64, ptr %84, align 8
  %86 = sub i64 %82, %85
  store i64 %86, ptr %12, align 8
  %87 = load ptr, ptr %17, align 8
  %88 = getelementptr inbounds nuw %struct.lightexit_window, ptr %87, i32 0, i32 2
  %89 = load i64, ptr %88, align 8
  %90 = load i64, ptr %12, align 8
  %91 = add i64 %89, %90
  store i64 %91, ptr %13, align 8
  %92 = load ptr, ptr %17, align 8
  %93 = load i64, ptr %12, align 8
  %94 = load i64, ptr %10, align 8
  %95 = call zeroext i1 @is_register(ptr noundef %92, i64 noundef %93, i64 noundef %94) #10
  %96 = zext i1 %95 to i8
  store i8 %96, ptr %15, align 1
  %97 = load i8, ptr %15, align 1, !range !9, !noundef !10
  %98 = trunc i8 %97 to i1
  br i1 %98, label %118, label %99

99:                                               ; preds = %81
  %100 = load i8, ptr %16, align 1
  %101 = load i64, ptr %10, align 8
  %102 = call i64 @extent(i8 noundef zeroext %100, i64 noundef %101) #10
  %103 = load ptr, ptr %17, align 8
  %104 = getelementptr inbounds nuw %struct.lightexit_window, ptr %103, i32 0, i32 1
  %105 = load i64, ptr %104, align 8
  %106 = load i64, ptr %12, align 8
  %107 = sub i64 %105, %106
  %108 = icmp ugt i64 %102, %107
  br i1 %108, label %109, label %118

109:                                              ; preds = %99
  %110 = load ptr, ptr %5, align 8
  %111 = load i8, ptr %16, align 1
  %112 = load i64, ptr %9, align 8
  %113 = load i64, ptr %10, align 8
  %114 = load i8, ptr %14, align 1, !range !9, !noundef !10
  %115 = trunc i8 %114 to i1
  %116 = load i64, ptr %11, align 8
  %117 = call i64 @split(ptr noundef %110, i8 noundef zeroext %111, i64 noundef %112, i64 noundef %113, i1 noundef zeroext %115, i64 noundef %116) #10
  store i64 %117, ptr %4, align 8
  store i32 1, ptr %18, align 4
  br label %159

118:                                              ; preds = %99, %81
  %119 = load i8, ptr %15, align 1, !range !9, !noundef !10
  %120 = trunc i8 %119 to i1
  br i1 %120, label %135, label %121

121:                                              ; preds = %118
  %122 = load ptr, ptr %17, align 8
  %123 = getelementptr inbounds nuw %struct.lightexit_window, ptr %122, i32 0, i32 8
  %124 = load i64, ptr %123, align 8
  %125 = icmp ne i64 %124, 0
  br i1 %125, label %126, label %135

126:                                              ; preds = %121
  %127 = load ptr, ptr %5, align 8
  %128 = load ptr, ptr %17, align 8
  %129 = load i64, ptr %13, align 8
  %130 = load i64, ptr %10, align 8
  %131 = load i8, ptr %14, align 1, !range !9, !noundef !10
  %132 = trunc i8 %131 to i1
  %133 = load i64, ptr %11, align 8
  %134 = call i64 @cut(ptr noundef %127, ptr noundef %128, i64 noundef %129, i64 noundef %130, i1 noundef zeroext %132, i64 noundef %133) #10
  store i64 %134, ptr %4, align 8
  store i32 1, ptr %18, align 4
  br label %159

135:                                              ; preds = %121, %118
  %136 = load i8, ptr %7, align 1, !range !9, !noundef !10
  %137 = trunc i8 %136 to i1
  br i1 %137, label %138, label %147

138:                                              ; preds = %135
  %139 = load ptr, ptr %5, align 8
  %140 = load ptr, ptr %17, align 8
  %141 = load i64, ptr %13, align 8
  %142 = load i64, ptr %10, align 8
  %143 = load i8, ptr %14, align 1, !range !9, !noundef !10
  %144 = trunc i8 %143 to i1
  %145 = load i64, ptr %11, align 8
  %146 = call i64 @answer_register(ptr noundef %139, ptr noundef %140, i64 noundef %141, i64 noundef %142, i1 noundef zeroext %144, i64 noundef %145) #10
  store i64 %146, ptr %4, align 8
  store i32 1, ptr %18, align 4
  br label %159

147:                                              ; preds = %135
  call void @llvm.lifetime.start.p0(ptr %19) #9
  %148 = load ptr, ptr %5, align 8
  %149 = load ptr, ptr %17, align 8
  %150 = load i64, ptr %13, align 8
  %151 = load ptr, ptr %6, align 8
  %152 = call { i64, i8 } @answer(ptr noundef %148, ptr noundef %149, i64 noundef %150, ptr noundef %151, i1 noundef zeroext true) #10
  %153 = getelementptr inbounds nuw { i64, i8 }, ptr %19, i32 0, i32 0
  %154 = extractvalue { i64, i8 } %152, 0
  store i64 %154, ptr %153, align 8
  %155 = getelementptr inbounds nuw { i64, i8 }, ptr %19, i32 0, i32 1
  %156 = extractvalue { i64, i8 } %152, 1
  store i8 %156, ptr %155, align 8
  %157 = getelementptr inbounds nuw %struct.answer, ptr %19, i32 0, i32 0
  %158 = load i64, ptr %157, align 8
  store i64 %158, ptr %4, align 8
  call void @llvm.lifetime.end.p0(ptr %19) #9
  store i32 1, ptr %18, align 4
  br label %159

159:                                              ; preds = %147, %138, %126, %109, %71, %58
  call void @llvm.lifetime.end.p0(ptr %17) #9
  call void @llvm.lifetime.end.p0(ptr %16) #9
  call void @llvm.lifetime.end.p0(ptr %15) #9
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  %160 = load i64, ptr %4, align 8
  ret i64 %160
}

; Function Attrs: alwaysinline nounwind
define internal void @trace(ptr noundef %0, i32 noundef %1, ptr noundef %2, i64 noundef %3, i64 noundef %4) #3 {
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  store ptr %0, ptr %6, align 8
  store i32 %1, ptr %7, align 4
  store ptr %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  %11 = load ptr, ptr %6, align 8
  %12 = load i32, ptr %7, align 4
  %13 = load ptr, ptr %8, align 8
  %14 = load i64, ptr %9, align 8
  %15 = load i64, ptr %10, align 8
  call void @trace_timed(ptr noundef %11, i32 noundef %12, ptr noundef %13, i64 noundef %14, i64 noundef %15, i64 noundef 0) #10
  ret void
}

; Function Attrs: noinline nounwind
define internal i64 @perform_again(ptr noundef %0, i8 noundef zeroext %1, i64 noundef %2, i64 noundef %3, i1 noundef zeroext %4, i64 noundef %5) #6 {
  %7 = alloca ptr, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i8, align 1
  %12 = alloca i64, align 8
  %13 = alloca %struct.access, align 8
  store ptr %0, ptr %7, align 8
  store i8 %1, ptr %8, align 1
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  %14 = zext i1 %4 to i8
  store i8 %14, ptr %11, align 1
  store i64 %5, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %15 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 0
  %16 = load i64, ptr %9, align 8
  store i64 %16, ptr %15, align 8
  %17 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 1
  %18 = load i64, ptr %12, align 8
  store i64 %18, ptr %17, align 8
  %19 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 2
  %20 = load i64, ptr %10, align 8
  store i64 %20, ptr %19, align 8
  %21 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 3
  %22 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %23 = trunc i8 %22 to i1
  %24 = zext i1 %23 to i8
  store i8 %24, ptr %21, align 8
  %25 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 4
  %26 = load i8, ptr %8, align 1
  store i8 %26, ptr %25, align 1
  %27 = getelementptr i8, ptr %13, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %27, i8 0, i64 6, i1 false)
  %28 = load ptr, ptr %7, align 8
  %29 = call i64 @perform(ptr noundef %28, ptr noundef %13, i1 noundef zeroext true) #10
  %30 = load i64, ptr %10, align 8
  %31 = call i64 @mask(i64 noundef %30) #10
  %32 = and i64 %29, %31
  call void @llvm.lifetime.end.p0(ptr %13) #9
  ret i64 %32
}

; Function Attrs: noinline nounwind
define internal void @trace_timed(ptr noundef %0, i32 noundef %1, ptr noundef %2, i64 noundef %3, i64 noundef %4, i64 noundef %5) #6 {
  %7 = alloca ptr, align 8
  %8 = alloca i32, align 4
  %9 = alloca ptr, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca %struct.lightexit_event, align 8
  %15 = alloca i32, align 4
  %16 = alloca %struct.lightexit_event, align 8
  store ptr %0, ptr %7, align 8
  store i32 %1, ptr %8, align 4
  store ptr %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i64 %5, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %17 = load ptr, ptr %7, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %17, i32 0, i32 2
  %19 = load i64, ptr %18, align 8
  %20 = inttoptr i64 %19 to ptr
  store ptr %20, ptr %13, align 8
  call void @llvm.lifetime.start.p0(ptr %14) #9
  %21 = load ptr, ptr %13, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %21, i32 0, i32 7
  %23 = load i64, ptr %22, align 8
  %24 = icmp ne i64 %23, 0
  br i1 %24, label %26, label %25

25:                                               ; preds = %6
  store i32 1, ptr %15, align 4
  br label %64

26:                                               ; preds = %6
  %27 = getelementptr inbounds nuw %struct.lightexit_event, ptr %16, i32 0, i32 0
  %28 = load i64, ptr %10, align 8
  store i64 %28, ptr %27, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_event, ptr %16, i32 0, i32 1
  %30 = load i64, ptr %11, align 8
  %31 = load ptr, ptr %9, align 8
  %32 = getelementptr inbounds nuw %struct.access, ptr %31, i32 0, i32 2
  %33 = load i64, ptr %32, align 8
  %34 = call i64 @mask(i64 noundef %33) #10
  %35 = and i64 %30, %34
  store i64 %35, ptr %29, align 8
  %36 = getelementptr inbounds nuw %struct.lightexit_event, ptr %16, i32 0, i32 2
  %37 = load i64, ptr %12, align 8
  store i64 %37, ptr %36, align 8
  %38 = getelementptr inbounds nuw %struct.lightexit_event, ptr %16, i32 0, i32 3
  %39 = load ptr, ptr %7, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %39, i32 0, i32 6
  %41 = load i32, ptr %40, align 8
  store i32 %41, ptr %38, align 8
  %42 = getelementptr inbounds nuw %struct.lightexit_event, ptr %16, i32 0, i32 4
  %43 = load i32, ptr %8, align 4
  %44 = trunc i32 %43 to i8
  store i8 %44, ptr %42, align 4
  %45 = getelementptr inbounds nuw %struct.lightexit_event, ptr %16, i32 0, i32 5
  %46 = load ptr, ptr %9, align 8
  %47 = getelementptr inbounds nuw %struct.access, ptr %46, i32 0, i32 4
  %48 = load i8, ptr %47, align 1
  store i8 %48, ptr %45, align 1
  %49 = getelementptr inbounds nuw %struct.lightexit_event, ptr %16, i32 0, i32 6
  %50 = load ptr, ptr %9, align 8
  %51 = getelementptr inbounds nuw %struct.access, ptr %50, i32 0, i32 2
  %52 = load i64, ptr %51, align 8
  %53 = trunc i64 %52 to i8
  store i8 %53, ptr %49, align 2
  %54 = getelementptr inbounds nuw %struct.lightexit_event, ptr %16, i32 0, i32 7
  %55 = load ptr, ptr %9, align 8
  %56 = getelementptr inbounds nuw %struct.access, ptr %55, i32 0, i32 3
  %57 = load i8, ptr %56, align 8, !range !9, !noundef !10
  %58 = trunc i8 %57 to i1
  %59 = zext i1 %58 to i8
  store i8 %59, ptr %54, align 1
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %14, ptr align 8 %16, i64 32, i1 false)
  %60 = load ptr, ptr %13, align 8
  %61 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %60, i32 0, i32 7
  %62 = load i64, ptr %61, align 8
  %63 = inttoptr i64 %62 to ptr
  call void %63(ptr noundef %14) #10
  store i32 0, ptr %15, align 4
  br label %64

64:                                               ; preds = %26, %25
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  %65 = load i32, ptr %15, align 4
  switch i32 %65, label %67 [
    i32 0, label %66
    i32 1, label %66
  ]

66:                                               ; preds = %64, %64
  ret void

67:                                               ; preds = %64
  unreachable
}

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: readwrite)
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #7

; Function Attrs: noinline nounwind
define internal ptr @touched(ptr noundef %0, ptr noundef %1, i8 noundef zeroext %2, i64 noundef %3, i64 noundef %4) #6 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca ptr, align 8
  %12 = alloca i64, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i8 %2, ptr %8, align 1
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  store ptr null, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  %13 = load i8, ptr %8, align 1
  %14 = load i64, ptr %10, align 8
  %15 = call i64 @extent(i8 noundef zeroext %13, i64 noundef %14) #10
  store i64 %15, ptr %12, align 8
  br label %16

16:                                               ; preds = %31, %5
  %17 = load i64, ptr %12, align 8
  %18 = icmp ne i64 %17, 0
  br i1 %18, label %19, label %23

19:                                               ; preds = %16
  %20 = load ptr, ptr %11, align 8
  %21 = icmp ne ptr %20, null
  %22 = xor i1 %21, true
  br label %23

23:                                               ; preds = %19, %16
  %24 = phi i1 [ false, %16 ], [ %22, %19 ]
  br i1 %24, label %25, label %36

25:                                               ; preds = %23
  %26 = load ptr, ptr %6, align 8
  %27 = load ptr, ptr %7, align 8
  %28 = load i8, ptr %8, align 1
  %29 = load i64, ptr %9, align 8
  %30 = call ptr @route(ptr noundef %26, ptr noundef %27, i8 noundef zeroext %28, i64 noundef %29) #10
  store ptr %30, ptr %11, align 8
  br label %31

31:                                               ; preds = %25
  %32 = load i64, ptr %12, align 8
  %33 = add i64 %32, -1
  store i64 %33, ptr %12, align 8
  %34 = load i64, ptr %9, align 8
  %35 = add i64 %34, 1
  store i64 %35, ptr %9, align 8
  br label %16, !llvm.loop !11

36:                                               ; preds = %23
  %37 = load ptr, ptr %11, align 8
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret ptr %37
}

; Function Attrs: noinline nounwind
define internal i64 @unclaimed(ptr noundef %0, i8 noundef zeroext %1, i64 noundef %2, i64 noundef %3, i1 noundef zeroext %4, i64 noundef %5) #6 {
  %7 = alloca ptr, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i8, align 1
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca %struct.access, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  store ptr %0, ptr %7, align 8
  store i8 %1, ptr %8, align 1
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  %17 = zext i1 %4 to i8
  store i8 %17, ptr %11, align 1
  store i64 %5, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %18 = load ptr, ptr %7, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %18, i32 0, i32 2
  %20 = load i64, ptr %19, align 8
  %21 = inttoptr i64 %20 to ptr
  store ptr %21, ptr %13, align 8
  call void @llvm.lifetime.start.p0(ptr %14) #9
  %22 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 0
  store i64 0, ptr %22, align 8
  %23 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 1
  store i64 0, ptr %23, align 8
  %24 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 2
  %25 = load i64, ptr %10, align 8
  store i64 %25, ptr %24, align 8
  %26 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 3
  %27 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %28 = trunc i8 %27 to i1
  %29 = zext i1 %28 to i8
  store i8 %29, ptr %26, align 8
  %30 = getelementptr inbounds nuw %struct.access, ptr %14, i32 0, i32 4
  %31 = load i8, ptr %8, align 1
  store i8 %31, ptr %30, align 1
  %32 = getelementptr i8, ptr %14, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %32, i8 0, i64 6, i1 false)
  %33 = load ptr, ptr %7, align 8
  %34 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %33, i32 0, i32 7
  store i8 1, ptr %34, align 4
  %35 = load ptr, ptr %13, align 8
  %36 = load i8, ptr %8, align 1
  %37 = load i64, ptr %9, align 8
  %38 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %39 = trunc i8 %38 to i1
  %40 = call ptr @unclaimed_count(ptr noundef %35, i8 noundef zeroext %36, i64 noundef %37, i1 noundef zeroext %39) #10
  store i64 1, ptr %15, align 8
  %41 = load i64, ptr %15, align 8
  %42 = atomicrmw add ptr %40, i64 %41 monotonic, align 8
  store i64 %42, ptr %16, align 8
  %43 = load i64, ptr %16, align 8
  %44 = load ptr, ptr %7, align 8
  %45 = load i64, ptr %9, align 8
  %46 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %47 = trunc i8 %46 to i1
  br i1 %47, label %48, label %50

48:                                               ; preds = %6
  %49 = load i64, ptr %12, align 8
  br label %51

50:                                               ; preds = %6
  br label %51

51:                                               ; preds = %50, %48
  %52 = phi i64 [ %49, %48 ], [ -1, %50 ]
  call void @trace(ptr noundef %44, i32 noundef 3, ptr noundef %14, i64 noundef %45, i64 noundef %52) #10
  %53 = load i64, ptr %10, align 8
  %54 = call i64 @mask(i64 noundef %53) #10
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  ret i64 %54
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @contains(ptr noundef %0, i64 noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load i64, ptr %4, align 8
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_window, ptr %6, i32 0, i32 0
  %8 = load i64, ptr %7, align 8
  %9 = sub i64 %5, %8
  %10 = load ptr, ptr %3, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_window, ptr %10, i32 0, i32 1
  %12 = load i64, ptr %11, align 8
  %13 = icmp ult i64 %9, %12
  ret i1 %13
}

; Function Attrs: noinline nounwind
define internal i64 @split(ptr noundef %0, i8 noundef zeroext %1, i64 noundef %2, i64 noundef %3, i1 noundef zeroext %4, i64 noundef %5) #6 {
  %7 = alloca ptr, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i8, align 1
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  store ptr %0, ptr %7, align 8
  store i8 %1, ptr %8, align 1
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  %16 = zext i1 %4 to i8
  store i8 %16, ptr %11, align 1
  store i64 %5, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  call void @llvm.lifetime.start.p0(ptr %14) #9
  call void @llvm.lifetime.start.p0(ptr %15) #9
  store i64 0, ptr %15, align 8
  store i64 0, ptr %13, align 8
  br label %17

17:                                               ; preds = %52, %6
  %18 = load i64, ptr %13, align 8
  %19 = load i64, ptr %10, align 8
  %20 = icmp ult i64 %18, %19
  br i1 %20, label %21, label %55

21:                                               ; preds = %17
  %22 = load i8, ptr %8, align 1
  %23 = zext i8 %22 to i32
  %24 = icmp eq i32 %23, 0
  br i1 %24, label %25, label %30

25:                                               ; preds = %21
  %26 = load i64, ptr %9, align 8
  %27 = load i64, ptr %13, align 8
  %28 = add i64 %26, %27
  %29 = and i64 %28, 65535
  br label %34

30:                                               ; preds = %21
  %31 = load i64, ptr %9, align 8
  %32 = load i64, ptr %13, align 8
  %33 = add i64 %31, %32
  br label %34

34:                                               ; preds = %30, %25
  %35 = phi i64 [ %29, %25 ], [ %33, %30 ]
  store i64 %35, ptr %14, align 8
  %36 = load ptr, ptr %7, align 8
  %37 = load i8, ptr %8, align 1
  %38 = load i64, ptr %14, align 8
  %39 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %40 = trunc i8 %39 to i1
  %41 = load i64, ptr %12, align 8
  %42 = load i64, ptr %13, align 8
  %43 = mul i64 8, %42
  %44 = lshr i64 %41, %43
  %45 = and i64 %44, 255
  %46 = call i64 @perform_again(ptr noundef %36, i8 noundef zeroext %37, i64 noundef %38, i64 noundef 1, i1 noundef zeroext %40, i64 noundef %45) #10
  %47 = load i64, ptr %13, align 8
  %48 = mul i64 8, %47
  %49 = shl i64 %46, %48
  %50 = load i64, ptr %15, align 8
  %51 = or i64 %50, %49
  store i64 %51, ptr %15, align 8
  br label %52

52:                                               ; preds = %34
  %53 = load i64, ptr %13, align 8
  %54 = add i64 %53, 1
  store i64 %54, ptr %13, align 8
  br label %17, !llvm.loop !12

55:                                               ; preds = %17
  %56 = load ptr, ptr %7, align 8
  %57 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %56, i32 0, i32 7
  store i8 0, ptr %57, align 4
  %58 = load i64, ptr %15, align 8
  call void @llvm.lifetime.end.p0(ptr %15) #9
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  ret i64 %58
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_register(ptr noundef %0, i64 noundef %1, i64 noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_window, ptr %7, i32 0, i32 8
  %9 = load i64, ptr %8, align 8
  %10 = load i64, ptr %6, align 8
  %11 = icmp eq i64 %9, %10
  br i1 %11, label %12, label %19

12:                                               ; preds = %3
  %13 = load i64, ptr %5, align 8
  %14 = load i64, ptr %6, align 8
  %15 = sub i64 %14, 1
  %16 = and i64 %13, %15
  %17 = icmp ne i64 %16, 0
  %18 = xor i1 %17, true
  br label %19

19:                                               ; preds = %12, %3
  %20 = phi i1 [ false, %3 ], [ %18, %12 ]
  ret i1 %20
}

; Function Attrs: alwaysinline nounwind
define internal i64 @extent(i8 noundef zeroext %0, i64 noundef %1) #3 {
  %3 = alloca i8, align 1
  %4 = alloca i64, align 8
  store i8 %0, ptr %3, align 1
  store i64 %1, ptr %4, align 8
  %5 = load i8, ptr %3, align 1
  %6 = zext i8 %5 to i32
  %7 = icmp eq i32 %6, 2
  br i1 %7, label %8, label %9

8:                                                ; preds = %2
  br label %11

9:                                                ; preds = %2
  %10 = load i64, ptr %4, align 8
  br label %11

11:                                               ; preds = %9, %8
  %12 = phi i64 [ 1, %8 ], [ %10, %9 ]
  ret i64 %12
}

; Function Attrs: noinline nounwind
define internal i64 @cut(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i1 noundef zeroext %4, i64 noundef %5) #6 {
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i8, align 1
  %13 = alloca i64, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  %17 = alloca i64, align 8
  %18 = alloca i32, align 4
  store ptr %0, ptr %8, align 8
  store ptr %1, ptr %9, align 8
  store i64 %2, ptr %10, align 8
  store i64 %3, ptr %11, align 8
  %19 = zext i1 %4 to i8
  store i8 %19, ptr %12, align 1
  store i64 %5, ptr %13, align 8
  call void @llvm.lifetime.start.p0(ptr %14) #9
  %20 = load ptr, ptr %9, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_window, ptr %20, i32 0, i32 8
  %22 = load i64, ptr %21, align 8
  store i64 %22, ptr %14, align 8
  call void @llvm.lifetime.start.p0(ptr %15) #9
  call void @llvm.lifetime.start.p0(ptr %16) #9
  call void @llvm.lifetime.start.p0(ptr %17) #9
  store i64 0, ptr %17, align 8
  %23 = load i64, ptr %10, align 8
  %24 = load i64, ptr %11, align 8
  %25 = or i64 %23, %24
  %26 = load i64, ptr %14, align 8
  %27 = sub i64 %26, 1
  %28 = and i64 %25, %27
  %29 = icmp ne i64 %28, 0
  br i1 %29, label %30, label %39

30:                                               ; preds = %6
  %31 = load ptr, ptr %8, align 8
  %32 = load ptr, ptr %9, align 8
  %33 = load i64, ptr %10, align 8
  %34 = load i64, ptr %11, align 8
  %35 = load i8, ptr %12, align 1, !range !9, !noundef !10
  %36 = trunc i8 %35 to i1
  %37 = load i64, ptr %13, align 8
  %38 = call i64 @answer_misfit(ptr noundef %31, ptr noundef %32, i64 noundef %33, i64 noundef %34, i1 noundef zeroext %36, i64 noundef %37) #10
  store i64 %38, ptr %7, align 8
  store i32 1, ptr %18, align 4
  br label %77

39:                                               ; preds = %6
  store i64 0, ptr %15, align 8
  br label %40

40:                                               ; preds = %71, %39
  %41 = load i64, ptr %15, align 8
  %42 = load i64, ptr %11, align 8
  %43 = icmp ult i64 %41, %42
  br i1 %43, label %44, label %75

44:                                               ; preds = %40
  %45 = load i64, ptr %13, align 8
  %46 = load i64, ptr %15, align 8
  %47 = mul i64 8, %46
  %48 = lshr i64 %45, %47
  %49 = load i64, ptr %14, align 8
  %50 = call i64 @mask(i64 noundef %49) #10
  %51 = and i64 %48, %50
  store i64 %51, ptr %16, align 8
  %52 = load ptr, ptr %8, align 8
  %53 = load ptr, ptr %9, align 8
  %54 = load i64, ptr %10, align 8
  %55 = load i64, ptr %15, align 8
  %56 = add i64 %54, %55
  %57 = load i64, ptr %14, align 8
  %58 = load i8, ptr %12, align 1, !range !9, !noundef !10
  %59 = trunc i8 %58 to i1
  %60 = load i64, ptr %16, align 8
  %61 = call i64 @answer_register(ptr noundef %52, ptr noundef %53, i64 noundef %56, i64 noundef %57, i1 noundef zeroext %59, i64 noundef %60) #10
  store i64 %61, ptr %16, align 8
  %62 = load i64, ptr %16, align 8
  %63 = load i64, ptr %14, align 8
  %64 = call i64 @mask(i64 noundef %63) #10
  %65 = and i64 %62, %64
  %66 = load i64, ptr %15, align 8
  %67 = mul i64 8, %66
  %68 = shl i64 %65, %67
  %69 = load i64, ptr %17, align 8
  %70 = or i64 %69, %68
  store i64 %70, ptr %17, align 8
  br label %71

71:                                               ; preds = %44
  %72 = load i64, ptr %14, align 8
  %73 = load i64, ptr %15, align 8
  %74 = add i64 %73, %72
  store i64 %74, ptr %15, align 8
  br label %40, !llvm.loop !13

75:                                               ; preds = %40
  %76 = load i64, ptr %17, align 8
  store i64 %76, ptr %7, align 8
  store i32 1, ptr %18, align 4
  br label %77

77:                                               ; preds = %75, %30
  call void @llvm.lifetime.end.p0(ptr %17) #9
  call void @llvm.lifetime.end.p0(ptr %16) #9
  call void @llvm.lifetime.end.p0(ptr %15) #9
  call void @llvm.lifetime.end.p0(ptr %14) #9
  %78 = load i64, ptr %7, align 8
  ret i64 %78
}

; Function Attrs: noinline nounwind
define internal i64 @answer_register(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i1 noundef zeroext %4, i64 noundef %5) #6 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i8, align 1
  %12 = alloca i64, align 8
  %13 = alloca %struct.access, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  %14 = zext i1 %4 to i8
  store i8 %14, ptr %11, align 1
  store i64 %5, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %15 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 0
  store i64 0, ptr %15, align 8
  %16 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 1
  %17 = load i64, ptr %12, align 8
  store i64 %17, ptr %16, align 8
  %18 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 2
  %19 = load i64, ptr %10, align 8
  store i64 %19, ptr %18, align 8
  %20 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 3
  %21 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %22 = trunc i8 %21 to i1
  %23 = zext i1 %22 to i8
  store i8 %23, ptr %20, align 8
  %24 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 4
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_window, ptr %25, i32 0, i32 9
  %27 = load i8, ptr %26, align 8
  store i8 %27, ptr %24, align 1
  %28 = getelementptr i8, ptr %13, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %28, i8 0, i64 6, i1 false)
  %29 = load ptr, ptr %7, align 8
  %30 = load ptr, ptr %8, align 8
  %31 = load i64, ptr %9, align 8
  %32 = call i64 @answer_timed(ptr noundef %29, ptr noundef %30, i64 noundef %31, ptr noundef %13, i1 noundef zeroext true) #10
  call void @llvm.lifetime.end.p0(ptr %13) #9
  ret i64 %32
}

; Function Attrs: alwaysinline nounwind
define internal { i64, i8 } @answer(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef %3, i1 noundef zeroext %4) #3 {
  %6 = alloca %struct.answer, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i8, align 1
  %12 = alloca ptr, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store ptr %3, ptr %10, align 8
  %13 = zext i1 %4 to i8
  store i8 %13, ptr %11, align 1
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.memset.p0.i64(ptr align 8 %6, i8 0, i64 16, i1 false)
  %14 = load ptr, ptr %8, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_window, ptr %14, i32 0, i32 3
  %16 = load i64, ptr %15, align 8
  %17 = icmp ne i64 %16, 0
  br i1 %17, label %18, label %28

18:                                               ; preds = %5
  %19 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %20 = trunc i8 %19 to i1
  br i1 %20, label %21, label %28

21:                                               ; preds = %18
  %22 = load ptr, ptr %7, align 8
  %23 = load ptr, ptr %8, align 8
  %24 = load i64, ptr %9, align 8
  %25 = load ptr, ptr %10, align 8
  %26 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 0
  %27 = call zeroext i1 @try_filter(ptr noundef %22, ptr noundef %23, i64 noundef %24, ptr noundef %25, ptr noundef %26) #10
  br label %28

28:                                               ; preds = %21, %18, %5
  %29 = phi i1 [ false, %18 ], [ false, %5 ], [ %27, %21 ]
  %30 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 1
  %31 = zext i1 %29 to i8
  store i8 %31, ptr %30, align 8
  %32 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 1
  %33 = load i8, ptr %32, align 8, !range !9, !noundef !10
  %34 = trunc i8 %33 to i1
  br i1 %34, label %51, label %35

35:                                               ; preds = %28
  %36 = load ptr, ptr %7, align 8
  %37 = load ptr, ptr %8, align 8
  %38 = load i64, ptr %9, align 8
  %39 = load ptr, ptr %10, align 8
  %40 = getelementptr inbounds nuw %struct.access, ptr %39, i32 0, i32 2
  %41 = load i64, ptr %40, align 8
  %42 = load ptr, ptr %10, align 8
  %43 = getelementptr inbounds nuw %struct.access, ptr %42, i32 0, i32 3
  %44 = load i8, ptr %43, align 8, !range !9, !noundef !10
  %45 = trunc i8 %44 to i1
  %46 = load ptr, ptr %10, align 8
  %47 = getelementptr inbounds nuw %struct.access, ptr %46, i32 0, i32 1
  %48 = load i64, ptr %47, align 8
  %49 = call i64 @ask_model(ptr noundef %36, ptr noundef %37, i64 noundef %38, i64 noundef %41, i1 noundef zeroext %45, i64 noundef %48) #10
  %50 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 0
  store i64 %49, ptr %50, align 8
  br label %51

51:                                               ; preds = %35, %28
  %52 = load ptr, ptr %7, align 8
  %53 = load ptr, ptr %8, align 8
  %54 = load i64, ptr %9, align 8
  %55 = load ptr, ptr %10, align 8
  %56 = getelementptr inbounds nuw %struct.access, ptr %55, i32 0, i32 3
  %57 = load i8, ptr %56, align 8, !range !9, !noundef !10
  %58 = trunc i8 %57 to i1
  %59 = call ptr @counter_of(ptr noundef %52, ptr noundef %53, i64 noundef %54, i1 noundef zeroext %58) #10
  store ptr %59, ptr %12, align 8
  %60 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 1
  %61 = load i8, ptr %60, align 8, !range !9, !noundef !10
  %62 = trunc i8 %61 to i1
  br i1 %62, label %63, label %66

63:                                               ; preds = %51
  %64 = load ptr, ptr %12, align 8
  %65 = getelementptr inbounds nuw %struct.lightexit_counter, ptr %64, i32 0, i32 0
  br label %69

66:                                               ; preds = %51
  %67 = load ptr, ptr %12, align 8
  %68 = getelementptr inbounds nuw %struct.lightexit_counter, ptr %67, i32 0, i32 1
  br label %69

69:                                               ; preds = %66, %63
  %70 = phi ptr [ %65, %63 ], [ %68, %66 ]
  %71 = load i64, ptr %70, align 8
  %72 = add i64 %71, 1
  store i64 %72, ptr %70, align 8
  call void @llvm.lifetime.end.p0(ptr %12) #9
  %73 = load { i64, i8 }, ptr %6, align 8
  ret { i64, i8 } %73
}

; Function Attrs: alwaysinline nounwind
define internal ptr @unclaimed_count(ptr noundef %0, i8 noundef zeroext %1, i64 noundef %2, i1 noundef zeroext %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i8, align 1
  %8 = alloca i64, align 8
  %9 = alloca i8, align 1
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  %12 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i8 %1, ptr %7, align 1
  store i64 %2, ptr %8, align 8
  %13 = zext i1 %3 to i8
  store i8 %13, ptr %9, align 1
  call void @llvm.lifetime.start.p0(ptr %10) #9
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %14 = load i8, ptr %7, align 1
  %15 = zext i8 %14 to i32
  %16 = icmp eq i32 %15, 0
  br i1 %16, label %17, label %30

17:                                               ; preds = %4
  %18 = load ptr, ptr %6, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %18, i32 0, i32 5
  %20 = load i64, ptr %19, align 8
  %21 = inttoptr i64 %20 to ptr
  %22 = load i64, ptr %8, align 8
  %23 = and i64 %22, 65535
  %24 = mul i64 2, %23
  %25 = load i8, ptr %9, align 1, !range !9, !noundef !10
  %26 = trunc i8 %25 to i1
  %27 = zext i1 %26 to i64
  %28 = or i64 %24, %27
  %29 = getelementptr inbounds nuw i64, ptr %21, i64 %28
  store ptr %29, ptr %5, align 8
  store i32 1, ptr %12, align 4
  br label %69

30:                                               ; preds = %4
  %31 = load i8, ptr %7, align 1
  %32 = zext i8 %31 to i32
  %33 = icmp eq i32 %32, 1
  br i1 %33, label %34, label %37

34:                                               ; preds = %30
  %35 = load ptr, ptr %6, align 8
  %36 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %35, i32 0, i32 1
  br label %40

37:                                               ; preds = %30
  %38 = load ptr, ptr %6, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %38, i32 0, i32 2
  br label %40

40:                                               ; preds = %37, %34
  %41 = phi ptr [ %36, %34 ], [ %39, %37 ]
  store ptr %41, ptr %10, align 8
  %42 = load ptr, ptr %10, align 8
  %43 = load i64, ptr %8, align 8
  %44 = call ptr @place_of(ptr noundef %42, i64 noundef %43) #10
  store ptr %44, ptr %11, align 8
  %45 = load ptr, ptr %11, align 8
  %46 = icmp ne ptr %45, null
  br i1 %46, label %47, label %58

47:                                               ; preds = %40
  %48 = load i8, ptr %9, align 1, !range !9, !noundef !10
  %49 = trunc i8 %48 to i1
  br i1 %49, label %50, label %53

50:                                               ; preds = %47
  %51 = load ptr, ptr %11, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_place, ptr %51, i32 0, i32 2
  br label %56

53:                                               ; preds = %47
  %54 = load ptr, ptr %11, align 8
  %55 = getelementptr inbounds nuw %struct.lightexit_place, ptr %54, i32 0, i32 1
  br label %56

56:                                               ; preds = %53, %50
  %57 = phi ptr [ %52, %50 ], [ %55, %53 ]
  store ptr %57, ptr %5, align 8
  store i32 1, ptr %12, align 4
  br label %69

58:                                               ; preds = %40
  %59 = load i8, ptr %9, align 1, !range !9, !noundef !10
  %60 = trunc i8 %59 to i1
  br i1 %60, label %61, label %64

61:                                               ; preds = %58
  %62 = load ptr, ptr %10, align 8
  %63 = getelementptr inbounds nuw %struct.lightexit_addresses, ptr %62, i32 0, i32 3
  br label %67

64:                                               ; preds = %58
  %65 = load ptr, ptr %10, align 8
  %66 = getelementptr inbounds nuw %struct.lightexit_addresses, ptr %65, i32 0, i32 2
  br label %67

67:                                               ; preds = %64, %61
  %68 = phi ptr [ %63, %61 ], [ %66, %64 ]
  store ptr %68, ptr %5, align 8
  store i32 1, ptr %12, align 4
  br label %69

69:                                               ; preds = %67, %56, %17
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %70 = load ptr, ptr %5, align 8
  ret ptr %70
}

; Function Attrs: alwaysinline nounwind
define internal ptr @place_of(ptr noundef %0, i64 noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  %14 = alloca i8, align 1
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %15 = load ptr, ptr %4, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_addresses, ptr %15, i32 0, i32 1
  %17 = load i64, ptr %16, align 8
  %18 = inttoptr i64 %17 to ptr
  store ptr %18, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  call void @llvm.lifetime.start.p0(ptr %8) #9
  call void @llvm.lifetime.start.p0(ptr %9) #9
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %19 = load i64, ptr %5, align 8
  %20 = mul i64 %19, -7046029254386353131
  %21 = lshr i64 %20, 54
  store i64 %21, ptr %10, align 8
  %22 = load i64, ptr %5, align 8
  %23 = xor i64 %22, -1
  %24 = icmp ne i64 %23, 0
  br i1 %24, label %26, label %25

25:                                               ; preds = %2
  store ptr null, ptr %3, align 8
  store i32 1, ptr %11, align 4
  br label %72

26:                                               ; preds = %2
  store i64 0, ptr %8, align 8
  br label %27

27:                                               ; preds = %68, %26
  %28 = load i64, ptr %8, align 8
  %29 = icmp ult i64 %28, 8
  br i1 %29, label %30, label %71

30:                                               ; preds = %27
  %31 = load ptr, ptr %6, align 8
  %32 = load i64, ptr %10, align 8
  %33 = load i64, ptr %8, align 8
  %34 = add i64 %32, %33
  %35 = urem i64 %34, 1024
  %36 = getelementptr inbounds nuw %struct.lightexit_place, ptr %31, i64 %35
  store ptr %36, ptr %7, align 8
  %37 = load ptr, ptr %7, align 8
  %38 = getelementptr inbounds nuw %struct.lightexit_place, ptr %37, i32 0, i32 0
  %39 = load atomic i64, ptr %38 monotonic, align 8
  store i64 %39, ptr %12, align 8
  %40 = load i64, ptr %12, align 8
  store i64 %40, ptr %9, align 8
  %41 = load i64, ptr %9, align 8
  %42 = icmp ne i64 %41, 0
  br i1 %42, label %60, label %43

43:                                               ; preds = %30
  %44 = load ptr, ptr %7, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_place, ptr %44, i32 0, i32 0
  %46 = load i64, ptr %5, align 8
  %47 = xor i64 %46, -1
  store i64 %47, ptr %13, align 8
  %48 = load i64, ptr %9, align 8
  %49 = load i64, ptr %13, align 8
  %50 = cmpxchg ptr %45, i64 %48, i64 %49 monotonic monotonic, align 8
  %51 = extractvalue { i64, i1 } %50, 0
  %52 = extractvalue { i64, i1 } %50, 1
  br i1 %52, label %54, label %53

53:                                               ; preds = %43
  store i64 %51, ptr %9, align 8
  br label %54

54:                                               ; preds = %53, %43
  %55 = zext i1 %52 to i8
  store i8 %55, ptr %14, align 1
  %56 = load i8, ptr %14, align 1, !range !9, !noundef !10
  %57 = trunc i8 %56 to i1
  br i1 %57, label %58, label %60

58:                                               ; preds = %54
  %59 = load ptr, ptr %7, align 8
  store ptr %59, ptr %3, align 8
  store i32 1, ptr %11, align 4
  br label %72

60:                                               ; preds = %54, %30
  %61 = load i64, ptr %9, align 8
  %62 = load i64, ptr %5, align 8
  %63 = xor i64 %62, -1
  %64 = icmp eq i64 %61, %63
  br i1 %64, label %65, label %67

65:                                               ; preds = %60
  %66 = load ptr, ptr %7, align 8
  store ptr %66, ptr %3, align 8
  store i32 1, ptr %11, align 4
  br label %72

67:                                               ; preds = %60
  br label %68

68:                                               ; preds = %67
  %69 = load i64, ptr %8, align 8
  %70 = add i64 %69, 1
  store i64 %70, ptr %8, align 8
  br label %27, !llvm.loop !14

71:                                               ; preds = %27
  store ptr null, ptr %3, align 8
  store i32 1, ptr %11, align 4
  br label %72

72:                                               ; preds = %71, %65, %58, %25
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  call void @llvm.lifetime.end.p0(ptr %6) #9
  %73 = load ptr, ptr %3, align 8
  ret ptr %73
}

; Function Attrs: noinline nounwind
define internal i64 @answer_misfit(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i1 noundef zeroext %4, i64 noundef %5) #6 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i8, align 1
  %12 = alloca i64, align 8
  %13 = alloca %struct.access, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  %14 = zext i1 %4 to i8
  store i8 %14, ptr %11, align 1
  store i64 %5, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %15 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 0
  store i64 0, ptr %15, align 8
  %16 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 1
  %17 = load i64, ptr %12, align 8
  store i64 %17, ptr %16, align 8
  %18 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 2
  %19 = load i64, ptr %10, align 8
  store i64 %19, ptr %18, align 8
  %20 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 3
  %21 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %22 = trunc i8 %21 to i1
  %23 = zext i1 %22 to i8
  store i8 %23, ptr %20, align 8
  %24 = getelementptr inbounds nuw %struct.access, ptr %13, i32 0, i32 4
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_window, ptr %25, i32 0, i32 9
  %27 = load i8, ptr %26, align 8
  store i8 %27, ptr %24, align 1
  %28 = getelementptr i8, ptr %13, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %28, i8 0, i64 6, i1 false)
  %29 = load ptr, ptr %7, align 8
  %30 = load ptr, ptr %8, align 8
  %31 = load i64, ptr %9, align 8
  %32 = call i64 @answer_timed(ptr noundef %29, ptr noundef %30, i64 noundef %31, ptr noundef %13, i1 noundef zeroext false) #10
  call void @llvm.lifetime.end.p0(ptr %13) #9
  ret i64 %32
}

; Function Attrs: alwaysinline nounwind
define internal i64 @answer_timed(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef %3, i1 noundef zeroext %4) #3 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i8, align 1
  %11 = alloca ptr, align 8
  %12 = alloca ptr, align 8
  %13 = alloca ptr, align 8
  %14 = alloca %struct.answer, align 8
  %15 = alloca i64, align 8
  %16 = alloca i8, align 1
  %17 = alloca i64, align 8
  %18 = alloca i64, align 8
  %19 = alloca %struct.answer, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  %20 = zext i1 %4 to i8
  store i8 %20, ptr %10, align 1
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %21 = load ptr, ptr %6, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %21, i32 0, i32 2
  %23 = load i64, ptr %22, align 8
  %24 = inttoptr i64 %23 to ptr
  store ptr %24, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  %25 = load ptr, ptr %6, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %25, i32 0, i32 1
  %27 = load i64, ptr %26, align 8
  %28 = inttoptr i64 %27 to ptr
  store ptr %28, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  call void @llvm.lifetime.start.p0(ptr %14) #9
  call void @llvm.lifetime.start.p0(ptr %15) #9
  %29 = load ptr, ptr %7, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_window, ptr %29, i32 0, i32 0
  %31 = load i64, ptr %30, align 8
  %32 = load i64, ptr %8, align 8
  %33 = add i64 %31, %32
  %34 = load ptr, ptr %7, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_window, ptr %34, i32 0, i32 2
  %36 = load i64, ptr %35, align 8
  %37 = sub i64 %33, %36
  store i64 %37, ptr %15, align 8
  call void @llvm.lifetime.start.p0(ptr %16) #9
  %38 = load ptr, ptr %11, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %38, i32 0, i32 4
  %40 = load i8, ptr %39, align 1
  %41 = icmp ne i8 %40, 0
  %42 = zext i1 %41 to i8
  store i8 %42, ptr %16, align 1
  call void @llvm.lifetime.start.p0(ptr %17) #9
  call void @llvm.lifetime.start.p0(ptr %18) #9
  %43 = load ptr, ptr %12, align 8
  %44 = call i64 @ticks(ptr noundef %43) #10
  store i64 %44, ptr %18, align 8
  call void @llvm.lifetime.start.p0(ptr %19) #9
  %45 = load ptr, ptr %6, align 8
  %46 = load ptr, ptr %7, align 8
  %47 = load i64, ptr %8, align 8
  %48 = load ptr, ptr %9, align 8
  %49 = load i8, ptr %10, align 1, !range !9, !noundef !10
  %50 = trunc i8 %49 to i1
  %51 = call { i64, i8 } @answer(ptr noundef %45, ptr noundef %46, i64 noundef %47, ptr noundef %48, i1 noundef zeroext %50) #10
  %52 = getelementptr inbounds nuw { i64, i8 }, ptr %19, i32 0, i32 0
  %53 = extractvalue { i64, i8 } %51, 0
  store i64 %53, ptr %52, align 8
  %54 = getelementptr inbounds nuw { i64, i8 }, ptr %19, i32 0, i32 1
  %55 = extractvalue { i64, i8 } %51, 1
  store i8 %55, ptr %54, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %14, ptr align 8 %19, i64 16, i1 false)
  call void @llvm.lifetime.end.p0(ptr %19) #9
  %56 = load ptr, ptr %12, align 8
  %57 = call i64 @ticks(ptr noundef %56) #10
  %58 = load i64, ptr %18, align 8
  %59 = sub i64 %57, %58
  store i64 %59, ptr %17, align 8
  %60 = load ptr, ptr %6, align 8
  %61 = getelementptr inbounds nuw %struct.answer, ptr %14, i32 0, i32 1
  %62 = load i8, ptr %61, align 8, !range !9, !noundef !10
  %63 = trunc i8 %62 to i1
  %64 = zext i1 %63 to i64
  %65 = select i1 %63, i32 1, i32 2
  %66 = load ptr, ptr %9, align 8
  %67 = load i64, ptr %15, align 8
  %68 = load ptr, ptr %9, align 8
  %69 = getelementptr inbounds nuw %struct.access, ptr %68, i32 0, i32 3
  %70 = load i8, ptr %69, align 8, !range !9, !noundef !10
  %71 = trunc i8 %70 to i1
  br i1 %71, label %72, label %76

72:                                               ; preds = %5
  %73 = load ptr, ptr %9, align 8
  %74 = getelementptr inbounds nuw %struct.access, ptr %73, i32 0, i32 1
  %75 = load i64, ptr %74, align 8
  br label %79

76:                                               ; preds = %5
  %77 = getelementptr inbounds nuw %struct.answer, ptr %14, i32 0, i32 0
  %78 = load i64, ptr %77, align 8
  br label %79

79:                                               ; preds = %76, %72
  %80 = phi i64 [ %75, %72 ], [ %78, %76 ]
  %81 = load i64, ptr %17, align 8
  call void @trace_timed(ptr noundef %60, i32 noundef %65, ptr noundef %66, i64 noundef %67, i64 noundef %80, i64 noundef %81) #10
  %82 = load i8, ptr %16, align 1, !range !9, !noundef !10
  %83 = trunc i8 %82 to i1
  br i1 %83, label %84, label %107

84:                                               ; preds = %79
  %85 = load ptr, ptr %6, align 8
  %86 = load ptr, ptr %7, align 8
  %87 = load i64, ptr %8, align 8
  %88 = load ptr, ptr %9, align 8
  %89 = getelementptr inbounds nuw %struct.access, ptr %88, i32 0, i32 3
  %90 = load i8, ptr %89, align 8, !range !9, !noundef !10
  %91 = trunc i8 %90 to i1
  %92 = call ptr @counter_of(ptr noundef %85, ptr noundef %86, i64 noundef %87, i1 noundef zeroext %91) #10
  store ptr %92, ptr %13, align 8
  %93 = load i64, ptr %17, align 8
  %94 = getelementptr inbounds nuw %struct.answer, ptr %14, i32 0, i32 1
  %95 = load i8, ptr %94, align 8, !range !9, !noundef !10
  %96 = trunc i8 %95 to i1
  br i1 %96, label %97, label %100

97:                                               ; preds = %84
  %98 = load ptr, ptr %13, align 8
  %99 = getelementptr inbounds nuw %struct.lightexit_counter, ptr %98, i32 0, i32 2
  br label %103

100:                                              ; preds = %84
  %101 = load ptr, ptr %13, align 8
  %102 = getelementptr inbounds nuw %struct.lightexit_counter, ptr %101, i32 0, i32 3
  br label %103

103:                                              ; preds = %100, %97
  %104 = phi ptr [ %99, %97 ], [ %102, %100 ]
  %105 = load i64, ptr %104, align 8
  %106 = add i64 %105, %93
  store i64 %106, ptr %104, align 8
  br label %107

107:                                              ; preds = %103, %79
  %108 = getelementptr inbounds nuw %struct.answer, ptr %14, i32 0, i32 0
  %109 = load i64, ptr %108, align 8
  call void @llvm.lifetime.end.p0(ptr %18) #9
  call void @llvm.lifetime.end.p0(ptr %17) #9
  call void @llvm.lifetime.end.p0(ptr %16) #9
  call void @llvm.lifetime.end.p0(ptr %15) #9
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret i64 %109
}

; Function Attrs: alwaysinline nounwind
define internal ptr @counter_of(ptr noundef %0, ptr noundef %1, i64 noundef %2, i1 noundef zeroext %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  %11 = zext i1 %3 to i8
  store i8 %11, ptr %8, align 1
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %12 = load ptr, ptr %6, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_window, ptr %12, i32 0, i32 5
  %14 = load i64, ptr %13, align 8
  %15 = load ptr, ptr %5, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %15, i32 0, i32 5
  %17 = load i64, ptr %16, align 8
  %18 = load ptr, ptr %6, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_window, ptr %18, i32 0, i32 6
  %20 = load i64, ptr %19, align 8
  %21 = mul i64 %17, %20
  %22 = add i64 %14, %21
  store i64 %22, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %23 = load i64, ptr %7, align 8
  %24 = load ptr, ptr %6, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_window, ptr %24, i32 0, i32 2
  %26 = load i64, ptr %25, align 8
  %27 = sub i64 %23, %26
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_window, ptr %28, i32 0, i32 7
  %30 = load i64, ptr %29, align 8
  %31 = lshr i64 %27, %30
  store i64 %31, ptr %10, align 8
  %32 = load i64, ptr %9, align 8
  %33 = inttoptr i64 %32 to ptr
  %34 = load i64, ptr %10, align 8
  %35 = mul i64 2, %34
  %36 = load i8, ptr %8, align 1, !range !9, !noundef !10
  %37 = trunc i8 %36 to i1
  %38 = zext i1 %37 to i64
  %39 = or i64 %35, %38
  %40 = getelementptr inbounds nuw %struct.lightexit_counter, ptr %33, i64 %39
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  ret ptr %40
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @try_filter(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef %3, ptr noundef %4) #3 {
  %6 = alloca i1, align 1
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  %12 = alloca ptr, align 8
  %13 = alloca %struct.lightexit_io_context, align 16
  %14 = alloca i64, align 8
  %15 = alloca i32, align 4
  %16 = alloca %struct.lightexit_io_context, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store ptr %3, ptr %10, align 8
  store ptr %4, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  %17 = load ptr, ptr %7, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %17, i32 0, i32 1
  %19 = load i64, ptr %18, align 8
  %20 = inttoptr i64 %19 to ptr
  store ptr %20, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  call void @llvm.lifetime.start.p0(ptr %14) #9
  store i64 0, ptr %14, align 8
  %21 = load ptr, ptr %8, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_window, ptr %21, i32 0, i32 11
  %23 = load i8, ptr %22, align 2
  %24 = zext i8 %23 to i32
  %25 = icmp ne i32 %24, 0
  br i1 %25, label %26, label %32

26:                                               ; preds = %5
  %27 = load ptr, ptr %12, align 8
  %28 = load ptr, ptr %12, align 8
  %29 = call i64 @ticks(ptr noundef %28) #10
  %30 = call zeroext i1 @lightexit_read_clock(ptr noundef %27, i64 noundef %29, ptr noundef %14) #10
  br i1 %30, label %32, label %31

31:                                               ; preds = %26
  store i1 false, ptr %6, align 1
  store i32 1, ptr %15, align 4
  br label %78

32:                                               ; preds = %26, %5
  %33 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 0
  %34 = load i64, ptr %9, align 8
  store i64 %34, ptr %33, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 1
  %36 = load ptr, ptr %10, align 8
  %37 = getelementptr inbounds nuw %struct.access, ptr %36, i32 0, i32 1
  %38 = load i64, ptr %37, align 8
  store i64 %38, ptr %35, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 2
  %40 = load i64, ptr %14, align 8
  store i64 %40, ptr %39, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 3
  %42 = load ptr, ptr %7, align 8
  %43 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %42, i32 0, i32 6
  %44 = load i32, ptr %43, align 8
  store i32 %44, ptr %41, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 4
  %46 = load ptr, ptr %10, align 8
  %47 = getelementptr inbounds nuw %struct.access, ptr %46, i32 0, i32 2
  %48 = load i64, ptr %47, align 8
  %49 = trunc i64 %48 to i8
  store i8 %49, ptr %45, align 4
  %50 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 5
  %51 = load ptr, ptr %10, align 8
  %52 = getelementptr inbounds nuw %struct.access, ptr %51, i32 0, i32 3
  %53 = load i8, ptr %52, align 8, !range !9, !noundef !10
  %54 = trunc i8 %53 to i1
  %55 = zext i1 %54 to i8
  store i8 %55, ptr %50, align 1
  %56 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 6
  %57 = load ptr, ptr %8, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_window, ptr %57, i32 0, i32 9
  %59 = load i8, ptr %58, align 8
  store i8 %59, ptr %56, align 2
  %60 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 7
  store i8 1, ptr %60, align 1
  %61 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 8
  store i32 0, ptr %61, align 8
  %62 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 9
  store i32 0, ptr %62, align 4
  %63 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 10
  store i32 0, ptr %63, align 8
  %64 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 11
  store i32 0, ptr %64, align 4
  %65 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 12
  store i32 0, ptr %65, align 8
  %66 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 13
  store i8 0, ptr %66, align 4
  %67 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 14
  store i8 0, ptr %67, align 1
  %68 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 15
  store i8 0, ptr %68, align 2
  %69 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 16
  store i8 0, ptr %69, align 1
  %70 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 17
  store i64 0, ptr %70, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %13, ptr align 8 %16, i64 64, i1 false)
  %71 = load ptr, ptr %8, align 8
  %72 = call zeroext i1 @run_filter(ptr noundef %71, ptr noundef %13) #10
  br i1 %72, label %74, label %73

73:                                               ; preds = %32
  store i1 false, ptr %6, align 1
  store i32 1, ptr %15, align 4
  br label %78

74:                                               ; preds = %32
  %75 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 1
  %76 = load i64, ptr %75, align 8
  %77 = load ptr, ptr %11, align 8
  store i64 %76, ptr %77, align 8
  store i1 true, ptr %6, align 1
  store i32 1, ptr %15, align 4
  br label %78

78:                                               ; preds = %74, %73, %31
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  %79 = load i1, ptr %6, align 1
  ret i1 %79
}

; Function Attrs: noinline nounwind
define internal i64 @ask_model(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3, i1 noundef zeroext %4, i64 noundef %5) #6 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i8, align 1
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca ptr, align 8
  %15 = alloca ptr, align 8
  %16 = alloca i64, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  %17 = zext i1 %4 to i8
  store i8 %17, ptr %11, align 1
  store i64 %5, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %18 = load ptr, ptr %7, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %18, i32 0, i32 2
  %20 = load i64, ptr %19, align 8
  %21 = inttoptr i64 %20 to ptr
  store ptr %21, ptr %13, align 8
  call void @llvm.lifetime.start.p0(ptr %14) #9
  %22 = load ptr, ptr %8, align 8
  %23 = call ptr @locks_of(ptr noundef %22) #10
  store ptr %23, ptr %14, align 8
  call void @llvm.lifetime.start.p0(ptr %15) #9
  %24 = load ptr, ptr %8, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_window, ptr %24, i32 0, i32 12
  %26 = load i64, ptr %25, align 8
  %27 = inttoptr i64 %26 to ptr
  store ptr %27, ptr %15, align 8
  call void @llvm.lifetime.start.p0(ptr %16) #9
  store i64 0, ptr %16, align 8
  %28 = load ptr, ptr %14, align 8
  %29 = load ptr, ptr %8, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_window, ptr %29, i32 0, i32 4
  %31 = load i64, ptr %30, align 8
  %32 = load ptr, ptr %13, align 8
  %33 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %32, i32 0, i32 6
  %34 = load i64, ptr %33, align 8
  %35 = inttoptr i64 %34 to ptr
  call void @lock(ptr noundef %28, i64 noundef %31, ptr noundef %35) #10
  %36 = load i8, ptr %11, align 1, !range !9, !noundef !10
  %37 = trunc i8 %36 to i1
  br i1 %37, label %38, label %47

38:                                               ; preds = %6
  %39 = load ptr, ptr %8, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_window, ptr %39, i32 0, i32 14
  %41 = load i64, ptr %40, align 8
  %42 = inttoptr i64 %41 to ptr
  %43 = load ptr, ptr %15, align 8
  %44 = load i64, ptr %9, align 8
  %45 = load i64, ptr %12, align 8
  %46 = load i64, ptr %10, align 8
  call void %42(ptr noundef %43, i64 noundef %44, i64 noundef %45, i64 noundef %46) #10
  br label %56

47:                                               ; preds = %6
  %48 = load ptr, ptr %8, align 8
  %49 = getelementptr inbounds nuw %struct.lightexit_window, ptr %48, i32 0, i32 13
  %50 = load i64, ptr %49, align 8
  %51 = inttoptr i64 %50 to ptr
  %52 = load ptr, ptr %15, align 8
  %53 = load i64, ptr %9, align 8
  %54 = load i64, ptr %10, align 8
  %55 = call i64 %51(ptr noundef %52, i64 noundef %53, i64 noundef %54) #10
  store i64 %55, ptr %16, align 8
  br label %56

56:                                               ; preds = %47, %38
  %57 = load ptr, ptr %8, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_window, ptr %57, i32 0, i32 22
  %59 = load i8, ptr %58, align 4
  %60 = icmp ne i8 %59, 0
  br i1 %60, label %61, label %66

61:                                               ; preds = %56
  %62 = load ptr, ptr %8, align 8
  %63 = getelementptr inbounds nuw %struct.lightexit_window, ptr %62, i32 0, i32 22
  store i8 0, ptr %63, align 4
  %64 = load ptr, ptr %7, align 8
  %65 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %64, i32 0, i32 8
  store i8 1, ptr %65, align 1
  store i64 -1, ptr %16, align 8
  br label %66

66:                                               ; preds = %61, %56
  %67 = load ptr, ptr %14, align 8
  %68 = load ptr, ptr %8, align 8
  %69 = getelementptr inbounds nuw %struct.lightexit_window, ptr %68, i32 0, i32 4
  %70 = load i64, ptr %69, align 8
  %71 = trunc i64 %70 to i32
  call void @lightexit_unlock(ptr noundef %67, i32 noundef %71) #10
  %72 = load i64, ptr %16, align 8
  call void @llvm.lifetime.end.p0(ptr %16) #9
  call void @llvm.lifetime.end.p0(ptr %15) #9
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  ret i64 %72
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @run_filter(ptr noundef %0, ptr noundef %1) #3 {
  %3 = alloca i1, align 1
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_window, ptr %6, i32 0, i32 4
  %8 = load i64, ptr %7, align 8
  %9 = icmp eq i64 %8, 1
  br i1 %9, label %10, label %14

10:                                               ; preds = %2
  %11 = load ptr, ptr %4, align 8
  %12 = load ptr, ptr %5, align 8
  %13 = call zeroext i1 @run_guarded(ptr noundef %11, ptr noundef %12, i64 noundef 1) #10
  store i1 %13, ptr %3, align 1
  br label %18

14:                                               ; preds = %2
  %15 = load ptr, ptr %4, align 8
  %16 = load ptr, ptr %5, align 8
  %17 = call zeroext i1 @run_on_several(ptr noundef %15, ptr noundef %16) #10
  store i1 %17, ptr %3, align 1
  br label %18

18:                                               ; preds = %14, %10
  %19 = load i1, ptr %3, align 1
  ret i1 %19
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @run_guarded(ptr noundef %0, ptr noundef %1, i64 noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_window, ptr %7, i32 0, i32 10
  %9 = load i8, ptr %8, align 1
  %10 = zext i8 %9 to i32
  %11 = icmp ne i32 %10, 0
  br i1 %11, label %12, label %18

12:                                               ; preds = %3
  %13 = load ptr, ptr %4, align 8
  %14 = load ptr, ptr %5, align 8
  %15 = load i64, ptr %6, align 8
  %16 = call zeroext i1 @run_writer(ptr noundef %13, ptr noundef %14, i64 noundef %15) #10
  %17 = zext i1 %16 to i32
  br label %24

18:                                               ; preds = %3
  %19 = load ptr, ptr %4, align 8
  %20 = load ptr, ptr %5, align 8
  %21 = load i64, ptr %6, align 8
  %22 = call zeroext i1 @run_reader(ptr noundef %19, ptr noundef %20, i64 noundef %21) #10
  %23 = zext i1 %22 to i32
  br label %24

24:                                               ; preds = %18, %12
  %25 = phi i32 [ %17, %12 ], [ %23, %18 ]
  %26 = icmp ne i32 %25, 0
  ret i1 %26
}

; Function Attrs: noinline nounwind
define internal zeroext i1 @run_on_several(ptr noundef %0, ptr noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_window, ptr %7, i32 0, i32 4
  %9 = load i64, ptr %8, align 8
  %10 = call zeroext i1 @run_guarded(ptr noundef %5, ptr noundef %6, i64 noundef %9) #10
  ret i1 %10
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @run_writer(ptr noundef %0, ptr noundef %1, i64 noundef %2) #3 {
  %4 = alloca i1, align 1
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i8, align 1
  %10 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %11 = load ptr, ptr %5, align 8
  %12 = call ptr @locks_of(ptr noundef %11) #10
  store ptr %12, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %13 = load ptr, ptr %8, align 8
  %14 = load i64, ptr %7, align 8
  %15 = trunc i64 %14 to i32
  %16 = call zeroext i1 @lightexit_try_lock(ptr noundef %13, i32 noundef %15) #10
  br i1 %16, label %18, label %17

17:                                               ; preds = %3
  store i1 false, ptr %4, align 1
  store i32 1, ptr %10, align 4
  br label %34

18:                                               ; preds = %3
  %19 = load ptr, ptr %5, align 8
  %20 = load ptr, ptr %6, align 8
  %21 = call zeroext i1 @run(ptr noundef %19, ptr noundef %20) #10
  %22 = zext i1 %21 to i8
  store i8 %22, ptr %9, align 1
  %23 = load i8, ptr %9, align 1, !range !9, !noundef !10
  %24 = trunc i8 %23 to i1
  br i1 %24, label %25, label %28

25:                                               ; preds = %18
  %26 = load ptr, ptr %5, align 8
  %27 = load ptr, ptr %6, align 8
  call void @act(ptr noundef %26, ptr noundef %27) #10
  br label %28

28:                                               ; preds = %25, %18
  %29 = load ptr, ptr %8, align 8
  %30 = load i64, ptr %7, align 8
  %31 = trunc i64 %30 to i32
  call void @lightexit_unlock(ptr noundef %29, i32 noundef %31) #10
  %32 = load i8, ptr %9, align 1, !range !9, !noundef !10
  %33 = trunc i8 %32 to i1
  store i1 %33, ptr %4, align 1
  store i32 1, ptr %10, align 4
  br label %34

34:                                               ; preds = %28, %17
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  %35 = load i1, ptr %4, align 1
  ret i1 %35
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @run_reader(ptr noundef %0, ptr noundef %1, i64 noundef %2) #3 {
  %4 = alloca i1, align 1
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %11 = load ptr, ptr %5, align 8
  %12 = call ptr @locks_of(ptr noundef %11) #10
  store ptr %12, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %13 = load ptr, ptr %8, align 8
  %14 = load i64, ptr %7, align 8
  %15 = trunc i64 %14 to i32
  %16 = call i64 @lightexit_read_begin(ptr noundef %13, i32 noundef %15) #10
  store i64 %16, ptr %9, align 8
  %17 = load i64, ptr %9, align 8
  %18 = icmp eq i64 %17, -1
  br i1 %18, label %29, label %19

19:                                               ; preds = %3
  %20 = load ptr, ptr %5, align 8
  %21 = load ptr, ptr %6, align 8
  %22 = call zeroext i1 @run(ptr noundef %20, ptr noundef %21) #10
  br i1 %22, label %23, label %29

23:                                               ; preds = %19
  %24 = load ptr, ptr %8, align 8
  %25 = load i64, ptr %7, align 8
  %26 = trunc i64 %25 to i32
  %27 = load i64, ptr %9, align 8
  %28 = call zeroext i1 @lightexit_read_retry(ptr noundef %24, i32 noundef %26, i64 noundef %27) #10
  br i1 %28, label %29, label %30

29:                                               ; preds = %23, %19, %3
  store i1 false, ptr %4, align 1
  store i32 1, ptr %10, align 4
  br label %33

30:                                               ; preds = %23
  %31 = load ptr, ptr %5, align 8
  %32 = load ptr, ptr %6, align 8
  call void @act(ptr noundef %31, ptr noundef %32) #10
  store i1 true, ptr %4, align 1
  store i32 1, ptr %10, align 4
  br label %33

33:                                               ; preds = %30, %29
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  %34 = load i1, ptr %4, align 1
  ret i1 %34
}

; Function Attrs: alwaysinline nounwind
define internal ptr @locks_of(ptr noundef %0) #3 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_window, ptr %3, i32 0, i32 19
  %5 = getelementptr inbounds [8 x i64], ptr %4, i64 0, i64 0
  ret ptr %5
}

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_try_lock(ptr noundef %0, i32 noundef %1) #2 {
  %3 = alloca i1, align 1
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #9
  store i32 0, ptr %6, align 4
  br label %8

8:                                                ; preds = %23, %2
  %9 = load i32, ptr %6, align 4
  %10 = load i32, ptr %5, align 4
  %11 = icmp ult i32 %9, %10
  br i1 %11, label %12, label %26

12:                                               ; preds = %8
  %13 = load ptr, ptr %4, align 8
  %14 = load i32, ptr %6, align 4
  %15 = zext i32 %14 to i64
  %16 = getelementptr inbounds nuw ptr, ptr %13, i64 %15
  %17 = load ptr, ptr %16, align 8
  %18 = call zeroext i1 @lightexit_try_lock_one(ptr noundef %17) #10
  br i1 %18, label %22, label %19

19:                                               ; preds = %12
  %20 = load ptr, ptr %4, align 8
  %21 = load i32, ptr %6, align 4
  call void @lightexit_unlock(ptr noundef %20, i32 noundef %21) #10
  store i1 false, ptr %3, align 1
  store i32 1, ptr %7, align 4
  br label %27

22:                                               ; preds = %12
  br label %23

23:                                               ; preds = %22
  %24 = load i32, ptr %6, align 4
  %25 = add i32 %24, 1
  store i32 %25, ptr %6, align 4
  br label %8, !llvm.loop !15

26:                                               ; preds = %8
  store i1 true, ptr %3, align 1
  store i32 1, ptr %7, align 4
  br label %27

27:                                               ; preds = %26, %19
  call void @llvm.lifetime.end.p0(ptr %6) #9
  %28 = load i1, ptr %3, align 1
  ret i1 %28
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @run(ptr noundef %0, ptr noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_window, ptr %6, i32 0, i32 3
  %8 = load i64, ptr %7, align 8
  %9 = inttoptr i64 %8 to ptr
  store ptr %9, ptr %5, align 8
  %10 = load ptr, ptr %5, align 8
  %11 = load ptr, ptr %4, align 8
  %12 = load ptr, ptr %3, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_window, ptr %12, i32 0, i32 18
  %14 = getelementptr inbounds [8 x i64], ptr %13, i64 0, i64 0
  %15 = call i64 %10(ptr noundef %11, ptr noundef %14) #10
  %16 = icmp eq i64 %15, 1
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i1 %16
}

; Function Attrs: alwaysinline nounwind
define internal void @act(ptr noundef %0, ptr noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %4, align 8
  %6 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %5, i32 0, i32 8
  %7 = load i32, ptr %6, align 8
  %8 = load ptr, ptr %4, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %8, i32 0, i32 9
  %10 = load i32, ptr %9, align 4
  %11 = or i32 %7, %10
  %12 = load ptr, ptr %4, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %12, i32 0, i32 10
  %14 = load i32, ptr %13, align 8
  %15 = or i32 %11, %14
  %16 = load ptr, ptr %4, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 11
  %18 = load i32, ptr %17, align 4
  %19 = or i32 %15, %18
  %20 = load ptr, ptr %4, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %20, i32 0, i32 16
  %22 = load i8, ptr %21, align 1
  %23 = zext i8 %22 to i32
  %24 = or i32 %19, %23
  %25 = icmp ne i32 %24, 0
  br i1 %25, label %26, label %29

26:                                               ; preds = %2
  %27 = load ptr, ptr %3, align 8
  %28 = load ptr, ptr %4, align 8
  call void @carry_out(ptr noundef %27, ptr noundef %28) #10
  br label %29

29:                                               ; preds = %26, %2
  ret void
}

; Function Attrs: noinline nounwind
define internal void @carry_out(ptr noundef %0, ptr noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = call zeroext i1 @signal_all(ptr noundef %5, ptr noundef %6) #10
  br i1 %7, label %18, label %8

8:                                                ; preds = %2
  %9 = load ptr, ptr %3, align 8
  %10 = getelementptr inbounds nuw %struct.lightexit_window, ptr %9, i32 0, i32 16
  %11 = load i64, ptr %10, align 8
  %12 = inttoptr i64 %11 to ptr
  %13 = load ptr, ptr %3, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_window, ptr %13, i32 0, i32 15
  %15 = load i64, ptr %14, align 8
  %16 = inttoptr i64 %15 to ptr
  %17 = load ptr, ptr %4, align 8
  call void %12(ptr noundef %16, ptr noundef %17) #10
  br label %18

18:                                               ; preds = %8, %2
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @signal_all(ptr noundef %0, ptr noundef %1) #3 {
  %3 = alloca i1, align 1
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %8 = load ptr, ptr %5, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %8, i32 0, i32 9
  %10 = load i32, ptr %9, align 4
  %11 = load ptr, ptr %5, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 10
  %13 = load i32, ptr %12, align 8
  %14 = or i32 %10, %13
  %15 = load ptr, ptr %5, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 11
  %17 = load i32, ptr %16, align 4
  %18 = or i32 %14, %17
  store i32 %18, ptr %6, align 4
  %19 = load i32, ptr %6, align 4
  %20 = load ptr, ptr %5, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %20, i32 0, i32 16
  %22 = load i8, ptr %21, align 1
  %23 = zext i8 %22 to i32
  %24 = or i32 %19, %23
  %25 = load ptr, ptr %5, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %25, i32 0, i32 8
  %27 = load i32, ptr %26, align 8
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_window, ptr %28, i32 0, i32 20
  %30 = load i32, ptr %29, align 8
  %31 = xor i32 %30, -1
  %32 = and i32 %27, %31
  %33 = or i32 %24, %32
  %34 = icmp ne i32 %33, 0
  br i1 %34, label %35, label %36

35:                                               ; preds = %2
  store i1 false, ptr %3, align 1
  store i32 1, ptr %7, align 4
  br label %61

36:                                               ; preds = %2
  br label %37

37:                                               ; preds = %51, %36
  %38 = load ptr, ptr %5, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %38, i32 0, i32 8
  %40 = load i32, ptr %39, align 8
  %41 = icmp ne i32 %40, 0
  br i1 %41, label %42, label %60

42:                                               ; preds = %37
  %43 = load ptr, ptr %4, align 8
  %44 = load ptr, ptr %5, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %44, i32 0, i32 8
  %46 = load i32, ptr %45, align 8
  %47 = call i32 @llvm.cttz.i32(i32 %46, i1 true)
  %48 = call zeroext i1 @signal_one(ptr noundef %43, i32 noundef %47) #10
  br i1 %48, label %50, label %49

49:                                               ; preds = %42
  store i1 false, ptr %3, align 1
  store i32 1, ptr %7, align 4
  br label %61

50:                                               ; preds = %42
  br label %51

51:                                               ; preds = %50
  %52 = load ptr, ptr %5, align 8
  %53 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %52, i32 0, i32 8
  %54 = load i32, ptr %53, align 8
  %55 = sub i32 %54, 1
  %56 = load ptr, ptr %5, align 8
  %57 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %56, i32 0, i32 8
  %58 = load i32, ptr %57, align 8
  %59 = and i32 %58, %55
  store i32 %59, ptr %57, align 8
  br label %37, !llvm.loop !16

60:                                               ; preds = %37
  store i1 true, ptr %3, align 1
  store i32 1, ptr %7, align 4
  br label %61

61:                                               ; preds = %60, %49, %35
  call void @llvm.lifetime.end.p0(ptr %6) #9
  %62 = load i1, ptr %3, align 1
  ret i1 %62
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @signal_one(ptr noundef %0, i32 noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_window, ptr %7, i32 0, i32 17
  %9 = load i64, ptr %8, align 8
  %10 = inttoptr i64 %9 to ptr
  store ptr %10, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  store i64 1, ptr %6, align 8
  %11 = load ptr, ptr %5, align 8
  %12 = load ptr, ptr %3, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_window, ptr %12, i32 0, i32 21
  %14 = load i32, ptr %4, align 4
  %15 = sext i32 %14 to i64
  %16 = getelementptr inbounds [32 x i32], ptr %13, i64 0, i64 %15
  %17 = load i32, ptr %16, align 4
  %18 = call i64 %11(i32 noundef %17, ptr noundef %6, i64 noundef 8) #10
  %19 = icmp eq i64 %18, 8
  call void @llvm.lifetime.end.p0(ptr %6) #9
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i1 %19
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i32 @llvm.cttz.i32(i32, i1 immarg) #8

; Function Attrs: inlinehint nounwind
define internal i64 @lightexit_read_begin(ptr noundef %0, i32 noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  %9 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #9
  call void @llvm.lifetime.start.p0(ptr %6) #9
  store i64 0, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  store i64 0, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  store i32 0, ptr %8, align 4
  br label %10

10:                                               ; preds = %29, %2
  %11 = load i32, ptr %8, align 4
  %12 = load i32, ptr %4, align 4
  %13 = icmp ult i32 %11, %12
  br i1 %13, label %14, label %32

14:                                               ; preds = %10
  %15 = load ptr, ptr %3, align 8
  %16 = load i32, ptr %8, align 4
  %17 = zext i32 %16 to i64
  %18 = getelementptr inbounds nuw ptr, ptr %15, i64 %17
  %19 = load ptr, ptr %18, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_state_header, ptr %19, i32 0, i32 0
  %21 = load atomic i64, ptr %20 acquire, align 8
  store i64 %21, ptr %9, align 8
  %22 = load i64, ptr %9, align 8
  store i64 %22, ptr %5, align 8
  %23 = load i64, ptr %5, align 8
  %24 = load i64, ptr %6, align 8
  %25 = or i64 %24, %23
  store i64 %25, ptr %6, align 8
  %26 = load i64, ptr %5, align 8
  %27 = load i64, ptr %7, align 8
  %28 = add i64 %27, %26
  store i64 %28, ptr %7, align 8
  br label %29

29:                                               ; preds = %14
  %30 = load i32, ptr %8, align 4
  %31 = add i32 %30, 1
  store i32 %31, ptr %8, align 4
  br label %10, !llvm.loop !17

32:                                               ; preds = %10
  %33 = load i64, ptr %6, align 8
  %34 = and i64 %33, 1
  %35 = icmp ne i64 %34, 0
  br i1 %35, label %36, label %37

36:                                               ; preds = %32
  br label %39

37:                                               ; preds = %32
  %38 = load i64, ptr %7, align 8
  br label %39

39:                                               ; preds = %37, %36
  %40 = phi i64 [ -1, %36 ], [ %38, %37 ]
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  call void @llvm.lifetime.end.p0(ptr %6) #9
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i64 %40
}

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_read_retry(ptr noundef %0, i32 noundef %1, i64 noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  store i64 %2, ptr %6, align 8
  fence acquire
  %7 = load ptr, ptr %4, align 8
  %8 = load i32, ptr %5, align 4
  %9 = call i64 @lightexit_read_begin(ptr noundef %7, i32 noundef %8) #10
  %10 = load i64, ptr %6, align 8
  %11 = icmp ne i64 %9, %10
  ret i1 %11
}

; Function Attrs: noinline nounwind
define internal ptr @search(ptr noundef %0, i64 noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds %struct.lightexit_ranges, ptr %11, i64 1
  store ptr %12, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  store i64 0, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %13 = load ptr, ptr %4, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_ranges, ptr %13, i32 0, i32 0
  %15 = load i64, ptr %14, align 8
  store i64 %15, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  br label %16

16:                                               ; preds = %37, %2
  %17 = load i64, ptr %7, align 8
  %18 = load i64, ptr %8, align 8
  %19 = icmp ult i64 %17, %18
  br i1 %19, label %20, label %38

20:                                               ; preds = %16
  %21 = load i64, ptr %7, align 8
  %22 = load i64, ptr %8, align 8
  %23 = add i64 %21, %22
  %24 = udiv i64 %23, 2
  store i64 %24, ptr %9, align 8
  %25 = load ptr, ptr %6, align 8
  %26 = load i64, ptr %9, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_range, ptr %25, i64 %26
  %28 = getelementptr inbounds nuw %struct.lightexit_range, ptr %27, i32 0, i32 0
  %29 = load i64, ptr %28, align 8
  %30 = load i64, ptr %5, align 8
  %31 = icmp ugt i64 %29, %30
  br i1 %31, label %32, label %34

32:                                               ; preds = %20
  %33 = load i64, ptr %9, align 8
  store i64 %33, ptr %8, align 8
  br label %37

34:                                               ; preds = %20
  %35 = load i64, ptr %9, align 8
  %36 = add i64 %35, 1
  store i64 %36, ptr %7, align 8
  br label %37

37:                                               ; preds = %34, %32
  br label %16, !llvm.loop !18

38:                                               ; preds = %16
  %39 = load i64, ptr %7, align 8
  %40 = icmp ne i64 %39, 0
  br i1 %40, label %41, label %50

41:                                               ; preds = %38
  %42 = load i64, ptr %5, align 8
  %43 = load ptr, ptr %6, align 8
  %44 = load i64, ptr %7, align 8
  %45 = sub i64 %44, 1
  %46 = getelementptr inbounds nuw %struct.lightexit_range, ptr %43, i64 %45
  %47 = getelementptr inbounds nuw %struct.lightexit_range, ptr %46, i32 0, i32 1
  %48 = load i64, ptr %47, align 8
  %49 = icmp uge i64 %42, %48
  br i1 %49, label %50, label %51

50:                                               ; preds = %41, %38
  store ptr null, ptr %3, align 8
  store i32 1, ptr %10, align 4
  br label %59

51:                                               ; preds = %41
  %52 = load ptr, ptr %6, align 8
  %53 = load i64, ptr %7, align 8
  %54 = sub i64 %53, 1
  %55 = getelementptr inbounds nuw %struct.lightexit_range, ptr %52, i64 %54
  %56 = getelementptr inbounds nuw %struct.lightexit_range, ptr %55, i32 0, i32 2
  %57 = load i64, ptr %56, align 8
  %58 = inttoptr i64 %57 to ptr
  store ptr %58, ptr %3, align 8
  store i32 1, ptr %10, align 4
  br label %59

59:                                               ; preds = %51, %50
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  call void @llvm.lifetime.end.p0(ptr %6) #9
  %60 = load ptr, ptr %3, align 8
  ret ptr %60
}

; Function Attrs: alwaysinline nounwind
define internal ptr @at_port(ptr noundef %0, i64 noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %7, i32 0, i32 0
  %9 = load i64, ptr %8, align 8
  %10 = inttoptr i64 %9 to ptr
  store ptr %10, ptr %5, align 8
  %11 = load ptr, ptr %5, align 8
  %12 = load i64, ptr %4, align 8
  %13 = and i64 %12, 65535
  %14 = getelementptr inbounds nuw i64, ptr %11, i64 %13
  %15 = load atomic i64, ptr %14 acquire, align 8
  store i64 %15, ptr %6, align 8
  %16 = load i64, ptr %6, align 8
  %17 = inttoptr i64 %16 to ptr
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret ptr %17
}

; Function Attrs: alwaysinline nounwind
define internal ptr @at_address(ptr noundef %0, ptr noundef %1, i64 noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i64, align 8
  %12 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  call void @llvm.lifetime.start.p0(ptr %9) #9
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %13 = load ptr, ptr %6, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %13, i32 0, i32 1
  %15 = getelementptr inbounds nuw %struct.lightexit_addresses, ptr %14, i32 0, i32 0
  %16 = load atomic i64, ptr %15 acquire, align 8
  store i64 %16, ptr %11, align 8
  %17 = load i64, ptr %11, align 8
  %18 = inttoptr i64 %17 to ptr
  store ptr %18, ptr %8, align 8
  %19 = load ptr, ptr %5, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %19, i32 0, i32 9
  %21 = load i64, ptr %7, align 8
  %22 = lshr i64 %21, 8
  %23 = mul i64 %22, -7046029254386353131
  %24 = lshr i64 %23, 52
  %25 = getelementptr inbounds nuw [4096 x %struct.lightexit_found], ptr %20, i64 0, i64 %24
  store ptr %25, ptr %10, align 8
  %26 = load ptr, ptr %10, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_found, ptr %26, i32 0, i32 0
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %8, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_ranges, ptr %29, i32 0, i32 1
  %31 = load i64, ptr %30, align 8
  %32 = icmp eq i64 %28, %31
  br i1 %32, label %33, label %44

33:                                               ; preds = %3
  %34 = load ptr, ptr %10, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_found, ptr %34, i32 0, i32 1
  %36 = load i64, ptr %35, align 8
  %37 = inttoptr i64 %36 to ptr
  store ptr %37, ptr %9, align 8
  %38 = load ptr, ptr %9, align 8
  %39 = load i64, ptr %7, align 8
  %40 = call zeroext i1 @contains(ptr noundef %38, i64 noundef %39) #10
  br i1 %40, label %41, label %43

41:                                               ; preds = %33
  %42 = load ptr, ptr %9, align 8
  store ptr %42, ptr %4, align 8
  store i32 1, ptr %12, align 4
  br label %62

43:                                               ; preds = %33
  br label %44

44:                                               ; preds = %43, %3
  %45 = load ptr, ptr %8, align 8
  %46 = load i64, ptr %7, align 8
  %47 = call ptr @search(ptr noundef %45, i64 noundef %46) #10
  store ptr %47, ptr %9, align 8
  %48 = load ptr, ptr %9, align 8
  %49 = icmp ne ptr %48, null
  br i1 %49, label %50, label %60

50:                                               ; preds = %44
  %51 = load ptr, ptr %9, align 8
  %52 = ptrtoint ptr %51 to i64
  %53 = load ptr, ptr %10, align 8
  %54 = getelementptr inbounds nuw %struct.lightexit_found, ptr %53, i32 0, i32 1
  store i64 %52, ptr %54, align 8
  %55 = load ptr, ptr %8, align 8
  %56 = getelementptr inbounds nuw %struct.lightexit_ranges, ptr %55, i32 0, i32 1
  %57 = load i64, ptr %56, align 8
  %58 = load ptr, ptr %10, align 8
  %59 = getelementptr inbounds nuw %struct.lightexit_found, ptr %58, i32 0, i32 0
  store i64 %57, ptr %59, align 8
  br label %60

60:                                               ; preds = %50, %44
  %61 = load ptr, ptr %9, align 8
  store ptr %61, ptr %4, align 8
  store i32 1, ptr %12, align 4
  br label %62

62:                                               ; preds = %60, %41
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  %63 = load ptr, ptr %4, align 8
  ret ptr %63
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" }
attributes #1 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { inlinehint nounwind "no-builtins" "no-jump-tables"="true" }
attributes #3 = { alwaysinline nounwind "no-builtins" "no-jump-tables"="true" }
attributes #4 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #5 = { nocallback nofree nosync nounwind willreturn }
attributes #6 = { noinline nounwind "no-builtins" "no-jump-tables"="true" }
attributes #7 = { nocallback nofree nounwind willreturn memory(argmem: readwrite) }
attributes #8 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #9 = { nounwind }
attributes #10 = { nobuiltin "no-builtins" }

!llvm.module.flags = !{!0, !1, !2}

!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!4 = distinct !{!4, !5}
!5 = !{!"llvm.loop.mustprogress"}
!6 = distinct !{!6, !5}
!7 = distinct !{!7, !5}
!8 = distinct !{!8, !5}
!9 = !{i8 0, i8 2}
!10 = !{}
!11 = distinct !{!11, !5}
!12 = distinct !{!12, !5}
!13 = distinct !{!13, !5}
!14 = distinct !{!14, !5}
!15 = distinct !{!15, !5}
!16 = distinct !{!16, !5}
!17 = distinct !{!17, !5}
!18 = distinct !{!18, !5}
