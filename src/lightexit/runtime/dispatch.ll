; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
; Made of dispatch.c by tools/runtime.py; do not edit.

%struct.system_time = type { i64, i64 }
%struct.lightexit_clock = type { %struct.lightexit_state_header, %struct.lightexit_clock_state }
%struct.lightexit_state_header = type { i64, i64 }
%struct.lightexit_clock_state = type { i64, i64, i64, i64, i64, i32 }
%struct.access = type { i64, i64, i64, i8, i8 }
%struct.lightexit_vcpu = type { i64, i64, i64, i64, i64, i64, i32, [4096 x %struct.lightexit_found] }
%struct.lightexit_found = type { i64, i64 }
%struct.lightexit_tables = type { i64, i64, i8, i8, i64, i64, i64, i64, i64 }
%struct.lightexit_aperture = type { i64, i64 }
%struct.lightexit_io_context = type { i64, i64, i64, i32, i8, i8, i8, i8, i32, i32, i32, i32, i32, i8, i8, i8, i8, i64 }
%struct.lightexit_window = type { i64, i64, i64, i64, i64, i64, i64, i64, i64, i8, i8, i8, i64, i64, i64, i64, [8 x i64], [8 x i64], i32, [32 x i32] }
%struct.answer = type { i64, i8 }
%struct.lightexit_ranges = type { i64, i64 }
%struct.lightexit_range = type { i64, i64, i64 }
%struct.lightexit_place = type { i64, i64, i64 }
%struct.lightexit_counter = type { i64, i64, i64, i64 }

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

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(ptr captures(none)) #1

; Function Attrs: alwaysinline nounwind
define internal i64 @cycles() #2 {
  %1 = call i64 @llvm.readcyclecounter()
  ret i64 %1
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(ptr captures(none)) #1

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
  br label %4, !llvm.loop !4

11:                                               ; preds = %4
  %12 = load i64, ptr %3, align 8
  call void @llvm.lifetime.end.p0(ptr %3) #9
  ret i64 %12
}

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_read_clock(ptr noundef %0, i64 noundef %1, ptr noundef %2) #3 {
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
define internal i64 @lightexit_clock_at(ptr noundef %0, i64 noundef %1) #3 {
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
  br label %14, !llvm.loop !6

31:                                               ; preds = %14
  br label %32

32:                                               ; preds = %31
  %33 = load i64, ptr %7, align 8
  %34 = add i64 %33, 1
  store i64 %34, ptr %7, align 8
  br label %9, !llvm.loop !7

35:                                               ; preds = %9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret void
}

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_try_lock_one(ptr noundef %0) #3 {
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
define internal void @lightexit_unlock(ptr noundef %0, i32 noundef %1) #3 {
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
  br label %8, !llvm.loop !8

25:                                               ; preds = %8
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret void
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
  %22 = call i64 @enter(ptr noundef %21, ptr noundef byval(%struct.access) align 8 %9) #10
  %23 = trunc i64 %22 to i32
  call void @llvm.lifetime.end.p0(ptr %9) #9
  ret i32 %23
}

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: write)
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #4

; Function Attrs: alwaysinline nounwind
define internal i64 @enter(ptr noundef %0, ptr noundef byval(%struct.access) align 8 %1) #2 {
  %3 = alloca i64, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  %5 = load ptr, ptr %4, align 8
  %6 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %5, i32 0, i32 3
  %7 = load i64, ptr %6, align 8
  %8 = add i64 %7, -1
  store i64 %8, ptr %6, align 8
  %9 = load ptr, ptr %4, align 8
  %10 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %9, i32 0, i32 2
  %11 = load i64, ptr %10, align 8
  %12 = inttoptr i64 %11 to ptr
  %13 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %12, i32 0, i32 2
  %14 = load i8, ptr %13, align 8
  %15 = icmp ne i8 %14, 0
  br i1 %15, label %16, label %19

16:                                               ; preds = %2
  %17 = load ptr, ptr %4, align 8
  %18 = call i64 @enter_watched(ptr noundef %17, ptr noundef byval(%struct.access) align 8 %1) #10
  store i64 %18, ptr %3, align 8
  br label %23

19:                                               ; preds = %2
  %20 = load ptr, ptr %4, align 8
  call void @spend(ptr noundef %20) #10
  %21 = load ptr, ptr %4, align 8
  %22 = call i64 @perform(ptr noundef %21, ptr noundef byval(%struct.access) align 8 %1, i1 noundef zeroext false) #10
  store i64 %22, ptr %3, align 8
  br label %23

23:                                               ; preds = %19, %16
  %24 = load i64, ptr %3, align 8
  ret i64 %24
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
  %30 = call i64 @enter(ptr noundef %29, ptr noundef byval(%struct.access) align 8 %11) #10
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal i64 @mask(i64 noundef %0) #2 {
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
  %28 = call i64 @enter(ptr noundef %27, ptr noundef byval(%struct.access) align 8 %9) #10
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
  %35 = call i64 @enter(ptr noundef %34, ptr noundef byval(%struct.access) align 8 %11) #10
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret void
}

; Function Attrs: nounwind
define void @access(ptr noundef %0, ptr noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca %struct.access, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %6 = getelementptr inbounds nuw %struct.access, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %4, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %7, i32 0, i32 0
  %9 = load i64, ptr %8, align 8
  store i64 %9, ptr %6, align 8
  %10 = getelementptr inbounds nuw %struct.access, ptr %5, i32 0, i32 1
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 1
  %13 = load i64, ptr %12, align 8
  %14 = load ptr, ptr %4, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %14, i32 0, i32 4
  %16 = load i8, ptr %15, align 4
  %17 = zext i8 %16 to i64
  %18 = call i64 @mask(i64 noundef %17) #10
  %19 = and i64 %13, %18
  store i64 %19, ptr %10, align 8
  %20 = getelementptr inbounds nuw %struct.access, ptr %5, i32 0, i32 2
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %21, i32 0, i32 4
  %23 = load i8, ptr %22, align 4
  %24 = zext i8 %23 to i64
  store i64 %24, ptr %20, align 8
  %25 = getelementptr inbounds nuw %struct.access, ptr %5, i32 0, i32 3
  %26 = load ptr, ptr %4, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %26, i32 0, i32 5
  %28 = load i8, ptr %27, align 1
  %29 = icmp ne i8 %28, 0
  %30 = zext i1 %29 to i8
  store i8 %30, ptr %25, align 8
  %31 = getelementptr inbounds nuw %struct.access, ptr %5, i32 0, i32 4
  %32 = load ptr, ptr %4, align 8
  %33 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %32, i32 0, i32 6
  %34 = load i8, ptr %33, align 2
  %35 = zext i8 %34 to i32
  %36 = icmp eq i32 %35, 1
  %37 = zext i1 %36 to i8
  store i8 %37, ptr %31, align 1
  %38 = getelementptr i8, ptr %5, i64 26
  call void @llvm.memset.p0.i64(ptr align 2 %38, i8 0, i64 6, i1 false)
  %39 = load ptr, ptr %3, align 8
  %40 = call i64 @enter(ptr noundef %39, ptr noundef byval(%struct.access) align 8 %5) #10
  %41 = getelementptr inbounds nuw %struct.access, ptr %5, i32 0, i32 2
  %42 = load i64, ptr %41, align 8
  %43 = call i64 @mask(i64 noundef %42) #10
  %44 = and i64 %40, %43
  %45 = load ptr, ptr %4, align 8
  %46 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %45, i32 0, i32 1
  store i64 %44, ptr %46, align 8
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind willreturn
declare i64 @llvm.readcyclecounter() #5

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_swap_acquire(ptr noundef %0, i64 noundef %1, i64 noundef %2) #3 {
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

; Function Attrs: noinline nounwind
define internal i64 @enter_watched(ptr noundef %0, ptr noundef byval(%struct.access) align 8 %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #9
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %7, i32 0, i32 1
  %9 = load i64, ptr %8, align 8
  %10 = inttoptr i64 %9 to ptr
  store ptr %10, ptr %4, align 8
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %11, i32 0, i32 1
  %13 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %12, i32 0, i32 0
  %14 = load ptr, ptr %4, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %14, i32 0, i32 1
  %16 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %15, i32 0, i32 3
  %17 = load i64, ptr %16, align 8
  store i64 %17, ptr %5, align 8
  %18 = load i64, ptr %5, align 8
  %19 = atomicrmw add ptr %13, i64 %18 monotonic, align 8
  store i64 %19, ptr %6, align 8
  %20 = load i64, ptr %6, align 8
  %21 = load ptr, ptr %3, align 8
  call void @spend(ptr noundef %21) #10
  %22 = load ptr, ptr %3, align 8
  %23 = call i64 @perform_again(ptr noundef %22, ptr noundef byval(%struct.access) align 8 %1) #10
  call void @llvm.lifetime.end.p0(ptr %4) #9
  ret i64 %23
}

; Function Attrs: alwaysinline nounwind
define internal void @spend(ptr noundef %0) #2 {
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
define internal i64 @perform(ptr noundef %0, ptr noundef byval(%struct.access) align 8 %1, i1 noundef zeroext %2) #2 {
  %4 = alloca i64, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i8, align 1
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  %12 = zext i1 %2 to i8
  store i8 %12, ptr %6, align 1
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %13, i32 0, i32 2
  %15 = load i64, ptr %14, align 8
  %16 = inttoptr i64 %15 to ptr
  store ptr %16, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  call void @llvm.lifetime.start.p0(ptr %9) #9
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %17 = load ptr, ptr %5, align 8
  %18 = load ptr, ptr %7, align 8
  %19 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 4
  %20 = load i8, ptr %19, align 1, !range !9, !noundef !10
  %21 = trunc i8 %20 to i1
  %22 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 0
  %23 = load i64, ptr %22, align 8
  %24 = call ptr @route(ptr noundef %17, ptr noundef %18, i1 noundef zeroext %21, i64 noundef %23) #10
  store ptr %24, ptr %8, align 8
  %25 = load ptr, ptr %8, align 8
  %26 = icmp ne ptr %25, null
  br i1 %26, label %45, label %27

27:                                               ; preds = %3
  %28 = load ptr, ptr %5, align 8
  %29 = load ptr, ptr %7, align 8
  %30 = call ptr @touched(ptr noundef %28, ptr noundef %29, ptr noundef byval(%struct.access) align 8 %1) #10
  store ptr %30, ptr %8, align 8
  %31 = load ptr, ptr %8, align 8
  %32 = icmp ne ptr %31, null
  br i1 %32, label %36, label %33

33:                                               ; preds = %27
  %34 = load ptr, ptr %7, align 8
  %35 = call i64 @unclaimed(ptr noundef %34, ptr noundef byval(%struct.access) align 8 %1) #10
  store i64 %35, ptr %4, align 8
  store i32 1, ptr %11, align 4
  br label %98

36:                                               ; preds = %27
  %37 = load ptr, ptr %8, align 8
  %38 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 0
  %39 = load i64, ptr %38, align 8
  %40 = call zeroext i1 @contains(ptr noundef %37, i64 noundef %39) #10
  br i1 %40, label %44, label %41

41:                                               ; preds = %36
  %42 = load ptr, ptr %5, align 8
  %43 = call i64 @split(ptr noundef %42, ptr noundef byval(%struct.access) align 8 %1) #10
  store i64 %43, ptr %4, align 8
  store i32 1, ptr %11, align 4
  br label %98

44:                                               ; preds = %36
  br label %45

45:                                               ; preds = %44, %3
  %46 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 0
  %47 = load i64, ptr %46, align 8
  %48 = load ptr, ptr %8, align 8
  %49 = getelementptr inbounds nuw %struct.lightexit_window, ptr %48, i32 0, i32 0
  %50 = load i64, ptr %49, align 8
  %51 = sub i64 %47, %50
  store i64 %51, ptr %9, align 8
  %52 = load ptr, ptr %8, align 8
  %53 = getelementptr inbounds nuw %struct.lightexit_window, ptr %52, i32 0, i32 2
  %54 = load i64, ptr %53, align 8
  %55 = load i64, ptr %9, align 8
  %56 = add i64 %54, %55
  store i64 %56, ptr %10, align 8
  %57 = load ptr, ptr %8, align 8
  %58 = load i64, ptr %9, align 8
  %59 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 2
  %60 = load i64, ptr %59, align 8
  %61 = call zeroext i1 @is_register(ptr noundef %57, i64 noundef %58, i64 noundef %60) #10
  br i1 %61, label %62, label %69

62:                                               ; preds = %45
  %63 = load ptr, ptr %5, align 8
  %64 = load ptr, ptr %8, align 8
  %65 = load i64, ptr %10, align 8
  %66 = load i8, ptr %6, align 1, !range !9, !noundef !10
  %67 = trunc i8 %66 to i1
  %68 = call i64 @answer_register(ptr noundef %63, ptr noundef %64, i64 noundef %65, ptr noundef byval(%struct.access) align 8 %1, i1 noundef zeroext %67) #10
  store i64 %68, ptr %4, align 8
  store i32 1, ptr %11, align 4
  br label %98

69:                                               ; preds = %45
  %70 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 2
  %71 = load i64, ptr %70, align 8
  %72 = load ptr, ptr %8, align 8
  %73 = getelementptr inbounds nuw %struct.lightexit_window, ptr %72, i32 0, i32 1
  %74 = load i64, ptr %73, align 8
  %75 = load i64, ptr %9, align 8
  %76 = sub i64 %74, %75
  %77 = icmp ugt i64 %71, %76
  br i1 %77, label %78, label %81

78:                                               ; preds = %69
  %79 = load ptr, ptr %5, align 8
  %80 = call i64 @split(ptr noundef %79, ptr noundef byval(%struct.access) align 8 %1) #10
  store i64 %80, ptr %4, align 8
  store i32 1, ptr %11, align 4
  br label %98

81:                                               ; preds = %69
  %82 = load ptr, ptr %8, align 8
  %83 = getelementptr inbounds nuw %struct.lightexit_window, ptr %82, i32 0, i32 8
  %84 = load i64, ptr %83, align 8
  %85 = icmp ne i64 %84, 0
  br i1 %85, label %93, label %86

86:                                               ; preds = %81
  %87 = load ptr, ptr %5, align 8
  %88 = load ptr, ptr %8, align 8
  %89 = load i64, ptr %10, align 8
  %90 = load i8, ptr %6, align 1, !range !9, !noundef !10
  %91 = trunc i8 %90 to i1
  %92 = call i64 @answer_register(ptr noundef %87, ptr noundef %88, i64 noundef %89, ptr noundef byval(%struct.access) align 8 %1, i1 noundef zeroext %91) #10
  store i64 %92, ptr %4, align 8
  store i32 1, ptr %11, align 4
  br label %98

93:                                               ; preds = %81
  %94 = load ptr, ptr %5, align 8
  %95 = load ptr, ptr %8, align 8
  %96 = load i64, ptr %10, align 8
  %97 = call i64 @cut(ptr noundef %94, ptr noundef %95, i64 noundef %96, ptr noundef byval(%struct.access) align 8 %1) #10
  store i64 %97, ptr %4, align 8
  store i32 1, ptr %11, align 4
  br label %98

98:                                               ; preds = %93, %86, %78, %62, %41, %33
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  %99 = load i64, ptr %4, align 8
  ret i64 %99
}

; Function Attrs: noinline nounwind
define internal i64 @perform_again(ptr noundef %0, ptr noundef byval(%struct.access) align 8 %1) #6 {
  %3 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = call i64 @perform(ptr noundef %4, ptr noundef byval(%struct.access) align 8 %1, i1 noundef zeroext true) #10
  %6 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 2
  %7 = load i64, ptr %6, align 8
  %8 = call i64 @mask(i64 noundef %7) #10
  %9 = and i64 %5, %8
  ret i64 %9
}

; Function Attrs: alwaysinline nounwind
define internal ptr @route(ptr noundef %0, ptr noundef %1, i1 noundef zeroext %2, i64 noundef %3) #2 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i8, align 1
  %8 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  %9 = zext i1 %2 to i8
  store i8 %9, ptr %7, align 1
  store i64 %3, ptr %8, align 8
  %10 = load i8, ptr %7, align 1, !range !9, !noundef !10
  %11 = trunc i8 %10 to i1
  br i1 %11, label %12, label %17

12:                                               ; preds = %4
  %13 = load ptr, ptr %5, align 8
  %14 = load ptr, ptr %6, align 8
  %15 = load i64, ptr %8, align 8
  %16 = call ptr @at_address(ptr noundef %13, ptr noundef %14, i64 noundef %15) #10
  br label %21

17:                                               ; preds = %4
  %18 = load ptr, ptr %5, align 8
  %19 = load i64, ptr %8, align 8
  %20 = call ptr @at_port(ptr noundef %18, i64 noundef %19) #10
  br label %21

21:                                               ; preds = %17, %12
  %22 = phi ptr [ %16, %12 ], [ %20, %17 ]
  ret ptr %22
}

; Function Attrs: noinline nounwind
define internal ptr @touched(ptr noundef %0, ptr noundef %1, ptr noundef byval(%struct.access) align 8 %2) #6 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  store ptr null, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  store i64 0, ptr %7, align 8
  br label %8

8:                                                ; preds = %30, %3
  %9 = load i64, ptr %7, align 8
  %10 = getelementptr inbounds nuw %struct.access, ptr %2, i32 0, i32 2
  %11 = load i64, ptr %10, align 8
  %12 = icmp ult i64 %9, %11
  br i1 %12, label %13, label %17

13:                                               ; preds = %8
  %14 = load ptr, ptr %6, align 8
  %15 = icmp ne ptr %14, null
  %16 = xor i1 %15, true
  br label %17

17:                                               ; preds = %13, %8
  %18 = phi i1 [ false, %8 ], [ %16, %13 ]
  br i1 %18, label %19, label %33

19:                                               ; preds = %17
  %20 = load ptr, ptr %4, align 8
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.access, ptr %2, i32 0, i32 4
  %23 = load i8, ptr %22, align 1, !range !9, !noundef !10
  %24 = trunc i8 %23 to i1
  %25 = getelementptr inbounds nuw %struct.access, ptr %2, i32 0, i32 0
  %26 = load i64, ptr %25, align 8
  %27 = load i64, ptr %7, align 8
  %28 = add i64 %26, %27
  %29 = call ptr @route(ptr noundef %20, ptr noundef %21, i1 noundef zeroext %24, i64 noundef %28) #10
  store ptr %29, ptr %6, align 8
  br label %30

30:                                               ; preds = %19
  %31 = load i64, ptr %7, align 8
  %32 = add i64 %31, 1
  store i64 %32, ptr %7, align 8
  br label %8, !llvm.loop !11

33:                                               ; preds = %17
  %34 = load ptr, ptr %6, align 8
  call void @llvm.lifetime.end.p0(ptr %7) #9
  call void @llvm.lifetime.end.p0(ptr %6) #9
  ret ptr %34
}

; Function Attrs: noinline nounwind
define internal i64 @unclaimed(ptr noundef %0, ptr noundef byval(%struct.access) align 8 %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  %6 = load ptr, ptr %3, align 8
  %7 = call ptr @unclaimed_count(ptr noundef %6, ptr noundef byval(%struct.access) align 8 %1) #10
  store i64 1, ptr %4, align 8
  %8 = load i64, ptr %4, align 8
  %9 = atomicrmw add ptr %7, i64 %8 monotonic, align 8
  store i64 %9, ptr %5, align 8
  %10 = load i64, ptr %5, align 8
  %11 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 2
  %12 = load i64, ptr %11, align 8
  %13 = call i64 @mask(i64 noundef %12) #10
  ret i64 %13
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @contains(ptr noundef %0, i64 noundef %1) #2 {
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
define internal i64 @split(ptr noundef %0, ptr noundef byval(%struct.access) align 8 %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca %struct.access, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #9
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %4, ptr align 8 %1, i64 32, i1 false)
  call void @llvm.lifetime.start.p0(ptr %5) #9
  call void @llvm.lifetime.start.p0(ptr %6) #9
  store i64 0, ptr %6, align 8
  %7 = getelementptr inbounds nuw %struct.access, ptr %4, i32 0, i32 2
  store i64 1, ptr %7, align 8
  store i64 0, ptr %5, align 8
  br label %8

8:                                                ; preds = %41, %2
  %9 = load i64, ptr %5, align 8
  %10 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 2
  %11 = load i64, ptr %10, align 8
  %12 = icmp ult i64 %9, %11
  br i1 %12, label %13, label %44

13:                                               ; preds = %8
  %14 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 0
  %15 = load i64, ptr %14, align 8
  %16 = load i64, ptr %5, align 8
  %17 = add i64 %15, %16
  %18 = getelementptr inbounds nuw %struct.access, ptr %4, i32 0, i32 0
  store i64 %17, ptr %18, align 8
  %19 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 4
  %20 = load i8, ptr %19, align 1, !range !9, !noundef !10
  %21 = trunc i8 %20 to i1
  br i1 %21, label %26, label %22

22:                                               ; preds = %13
  %23 = getelementptr inbounds nuw %struct.access, ptr %4, i32 0, i32 0
  %24 = load i64, ptr %23, align 8
  %25 = and i64 %24, 65535
  store i64 %25, ptr %23, align 8
  br label %26

26:                                               ; preds = %22, %13
  %27 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load i64, ptr %5, align 8
  %30 = mul i64 8, %29
  %31 = lshr i64 %28, %30
  %32 = and i64 %31, 255
  %33 = getelementptr inbounds nuw %struct.access, ptr %4, i32 0, i32 1
  store i64 %32, ptr %33, align 8
  %34 = load ptr, ptr %3, align 8
  %35 = call i64 @perform_again(ptr noundef %34, ptr noundef byval(%struct.access) align 8 %4) #10
  %36 = load i64, ptr %5, align 8
  %37 = mul i64 8, %36
  %38 = shl i64 %35, %37
  %39 = load i64, ptr %6, align 8
  %40 = or i64 %39, %38
  store i64 %40, ptr %6, align 8
  br label %41

41:                                               ; preds = %26
  %42 = load i64, ptr %5, align 8
  %43 = add i64 %42, 1
  store i64 %43, ptr %5, align 8
  br label %8, !llvm.loop !12

44:                                               ; preds = %8
  %45 = load i64, ptr %6, align 8
  call void @llvm.lifetime.end.p0(ptr %6) #9
  call void @llvm.lifetime.end.p0(ptr %5) #9
  call void @llvm.lifetime.end.p0(ptr %4) #9
  ret i64 %45
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_register(ptr noundef %0, i64 noundef %1, i64 noundef %2) #2 {
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
define internal i64 @answer_register(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef byval(%struct.access) align 8 %3, i1 noundef zeroext %4) #2 {
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i8, align 1
  %11 = alloca %struct.answer, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  %12 = zext i1 %4 to i8
  store i8 %12, ptr %10, align 1
  %13 = load i8, ptr %10, align 1, !range !9, !noundef !10
  %14 = trunc i8 %13 to i1
  br i1 %14, label %15, label %20

15:                                               ; preds = %5
  %16 = load ptr, ptr %7, align 8
  %17 = load ptr, ptr %8, align 8
  %18 = load i64, ptr %9, align 8
  %19 = call i64 @answer_timed(ptr noundef %16, ptr noundef %17, i64 noundef %18, ptr noundef byval(%struct.access) align 8 %3, i1 noundef zeroext true) #10
  store i64 %19, ptr %6, align 8
  br label %31

20:                                               ; preds = %5
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %21 = load ptr, ptr %7, align 8
  %22 = load ptr, ptr %8, align 8
  %23 = load i64, ptr %9, align 8
  %24 = call { i64, i8 } @answer(ptr noundef %21, ptr noundef %22, i64 noundef %23, ptr noundef byval(%struct.access) align 8 %3, i1 noundef zeroext true) #10
  %25 = getelementptr inbounds nuw { i64, i8 }, ptr %11, i32 0, i32 0
  %26 = extractvalue { i64, i8 } %24, 0
  store i64 %26, ptr %25, align 8
  %27 = getelementptr inbounds nuw { i64, i8 }, ptr %11, i32 0, i32 1
  %28 = extractvalue { i64, i8 } %24, 1
  store i8 %28, ptr %27, align 8
  %29 = getelementptr inbounds nuw %struct.answer, ptr %11, i32 0, i32 0
  %30 = load i64, ptr %29, align 8
  store i64 %30, ptr %6, align 8
  call void @llvm.lifetime.end.p0(ptr %11) #9
  br label %31

31:                                               ; preds = %20, %15
  %32 = load i64, ptr %6, align 8
  ret i64 %32
}

; Function Attrs: noinline nounwind
define internal i64 @cut(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef byval(%struct.access) align 8 %3) #6 {
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca %struct.access, align 8
  %13 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %14 = load ptr, ptr %7, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_window, ptr %14, i32 0, i32 8
  %16 = load i64, ptr %15, align 8
  store i64 %16, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  call void @llvm.lifetime.start.p0(ptr %11) #9
  store i64 0, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %12, ptr align 8 %3, i64 32, i1 false)
  %17 = load i64, ptr %8, align 8
  %18 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 2
  %19 = load i64, ptr %18, align 8
  %20 = or i64 %17, %19
  %21 = load i64, ptr %9, align 8
  %22 = sub i64 %21, 1
  %23 = and i64 %20, %22
  %24 = icmp ne i64 %23, 0
  br i1 %24, label %25, label %30

25:                                               ; preds = %4
  %26 = load ptr, ptr %6, align 8
  %27 = load ptr, ptr %7, align 8
  %28 = load i64, ptr %8, align 8
  %29 = call i64 @answer_timed(ptr noundef %26, ptr noundef %27, i64 noundef %28, ptr noundef byval(%struct.access) align 8 %3, i1 noundef zeroext false) #10
  store i64 %29, ptr %5, align 8
  store i32 1, ptr %13, align 4
  br label %68

30:                                               ; preds = %4
  %31 = load i64, ptr %9, align 8
  %32 = getelementptr inbounds nuw %struct.access, ptr %12, i32 0, i32 2
  store i64 %31, ptr %32, align 8
  store i64 0, ptr %10, align 8
  br label %33

33:                                               ; preds = %62, %30
  %34 = load i64, ptr %10, align 8
  %35 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 2
  %36 = load i64, ptr %35, align 8
  %37 = icmp ult i64 %34, %36
  br i1 %37, label %38, label %66

38:                                               ; preds = %33
  %39 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 1
  %40 = load i64, ptr %39, align 8
  %41 = load i64, ptr %10, align 8
  %42 = mul i64 8, %41
  %43 = lshr i64 %40, %42
  %44 = load i64, ptr %9, align 8
  %45 = call i64 @mask(i64 noundef %44) #10
  %46 = and i64 %43, %45
  %47 = getelementptr inbounds nuw %struct.access, ptr %12, i32 0, i32 1
  store i64 %46, ptr %47, align 8
  %48 = load ptr, ptr %6, align 8
  %49 = load ptr, ptr %7, align 8
  %50 = load i64, ptr %8, align 8
  %51 = load i64, ptr %10, align 8
  %52 = add i64 %50, %51
  %53 = call i64 @answer_timed(ptr noundef %48, ptr noundef %49, i64 noundef %52, ptr noundef byval(%struct.access) align 8 %12, i1 noundef zeroext true) #10
  %54 = load i64, ptr %9, align 8
  %55 = call i64 @mask(i64 noundef %54) #10
  %56 = and i64 %53, %55
  %57 = load i64, ptr %10, align 8
  %58 = mul i64 8, %57
  %59 = shl i64 %56, %58
  %60 = load i64, ptr %11, align 8
  %61 = or i64 %60, %59
  store i64 %61, ptr %11, align 8
  br label %62

62:                                               ; preds = %38
  %63 = load i64, ptr %9, align 8
  %64 = load i64, ptr %10, align 8
  %65 = add i64 %64, %63
  store i64 %65, ptr %10, align 8
  br label %33, !llvm.loop !13

66:                                               ; preds = %33
  %67 = load i64, ptr %11, align 8
  store i64 %67, ptr %5, align 8
  store i32 1, ptr %13, align 4
  br label %68

68:                                               ; preds = %66, %25
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  %69 = load i64, ptr %5, align 8
  ret i64 %69
}

; Function Attrs: alwaysinline nounwind
define internal ptr @at_address(ptr noundef %0, ptr noundef %1, i64 noundef %2) #2 {
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
  %15 = load atomic i64, ptr %14 acquire, align 8
  store i64 %15, ptr %11, align 8
  %16 = load i64, ptr %11, align 8
  %17 = inttoptr i64 %16 to ptr
  store ptr %17, ptr %8, align 8
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %18, i32 0, i32 7
  %20 = load i64, ptr %7, align 8
  %21 = lshr i64 %20, 8
  %22 = mul i64 %21, -7046029254386353131
  %23 = lshr i64 %22, 52
  %24 = getelementptr inbounds nuw [4096 x %struct.lightexit_found], ptr %19, i64 0, i64 %23
  store ptr %24, ptr %10, align 8
  %25 = load ptr, ptr %10, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_found, ptr %25, i32 0, i32 0
  %27 = load i64, ptr %26, align 8
  %28 = load ptr, ptr %8, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_ranges, ptr %28, i32 0, i32 1
  %30 = load i64, ptr %29, align 8
  %31 = icmp eq i64 %27, %30
  br i1 %31, label %32, label %43

32:                                               ; preds = %3
  %33 = load ptr, ptr %10, align 8
  %34 = getelementptr inbounds nuw %struct.lightexit_found, ptr %33, i32 0, i32 1
  %35 = load i64, ptr %34, align 8
  %36 = inttoptr i64 %35 to ptr
  store ptr %36, ptr %9, align 8
  %37 = load ptr, ptr %9, align 8
  %38 = load i64, ptr %7, align 8
  %39 = call zeroext i1 @contains(ptr noundef %37, i64 noundef %38) #10
  br i1 %39, label %40, label %42

40:                                               ; preds = %32
  %41 = load ptr, ptr %9, align 8
  store ptr %41, ptr %4, align 8
  store i32 1, ptr %12, align 4
  br label %61

42:                                               ; preds = %32
  br label %43

43:                                               ; preds = %42, %3
  %44 = load ptr, ptr %8, align 8
  %45 = load i64, ptr %7, align 8
  %46 = call ptr @search(ptr noundef %44, i64 noundef %45) #10
  store ptr %46, ptr %9, align 8
  %47 = load ptr, ptr %9, align 8
  %48 = icmp ne ptr %47, null
  br i1 %48, label %49, label %59

49:                                               ; preds = %43
  %50 = load ptr, ptr %9, align 8
  %51 = ptrtoint ptr %50 to i64
  %52 = load ptr, ptr %10, align 8
  %53 = getelementptr inbounds nuw %struct.lightexit_found, ptr %52, i32 0, i32 1
  store i64 %51, ptr %53, align 8
  %54 = load ptr, ptr %8, align 8
  %55 = getelementptr inbounds nuw %struct.lightexit_ranges, ptr %54, i32 0, i32 1
  %56 = load i64, ptr %55, align 8
  %57 = load ptr, ptr %10, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_found, ptr %57, i32 0, i32 0
  store i64 %56, ptr %58, align 8
  br label %59

59:                                               ; preds = %49, %43
  %60 = load ptr, ptr %9, align 8
  store ptr %60, ptr %4, align 8
  store i32 1, ptr %12, align 4
  br label %61

61:                                               ; preds = %59, %40
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  %62 = load ptr, ptr %4, align 8
  ret ptr %62
}

; Function Attrs: alwaysinline nounwind
define internal ptr @at_port(ptr noundef %0, i64 noundef %1) #2 {
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
  br label %16, !llvm.loop !14

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
define internal ptr @unclaimed_count(ptr noundef %0, ptr noundef byval(%struct.access) align 8 %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %8 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 4
  %9 = load i8, ptr %8, align 1, !range !9, !noundef !10
  %10 = trunc i8 %9 to i1
  br i1 %10, label %27, label %11

11:                                               ; preds = %2
  %12 = load ptr, ptr %4, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %12, i32 0, i32 4
  %14 = load i64, ptr %13, align 8
  %15 = inttoptr i64 %14 to ptr
  store ptr %15, ptr %6, align 8
  %16 = load ptr, ptr %6, align 8
  %17 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 0
  %18 = load i64, ptr %17, align 8
  %19 = and i64 %18, 65535
  %20 = mul i64 2, %19
  %21 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 3
  %22 = load i8, ptr %21, align 8, !range !9, !noundef !10
  %23 = trunc i8 %22 to i1
  %24 = zext i1 %23 to i64
  %25 = or i64 %20, %24
  %26 = getelementptr inbounds nuw i64, ptr %16, i64 %25
  store ptr %26, ptr %3, align 8
  store i32 1, ptr %7, align 4
  br label %58

27:                                               ; preds = %2
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 0
  %30 = load i64, ptr %29, align 8
  %31 = call ptr @place_of(ptr noundef %28, i64 noundef %30) #10
  store ptr %31, ptr %5, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = icmp ne ptr %32, null
  br i1 %33, label %34, label %46

34:                                               ; preds = %27
  %35 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 3
  %36 = load i8, ptr %35, align 8, !range !9, !noundef !10
  %37 = trunc i8 %36 to i1
  br i1 %37, label %38, label %41

38:                                               ; preds = %34
  %39 = load ptr, ptr %5, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_place, ptr %39, i32 0, i32 2
  br label %44

41:                                               ; preds = %34
  %42 = load ptr, ptr %5, align 8
  %43 = getelementptr inbounds nuw %struct.lightexit_place, ptr %42, i32 0, i32 1
  br label %44

44:                                               ; preds = %41, %38
  %45 = phi ptr [ %40, %38 ], [ %43, %41 ]
  store ptr %45, ptr %3, align 8
  store i32 1, ptr %7, align 4
  br label %58

46:                                               ; preds = %27
  %47 = getelementptr inbounds nuw %struct.access, ptr %1, i32 0, i32 3
  %48 = load i8, ptr %47, align 8, !range !9, !noundef !10
  %49 = trunc i8 %48 to i1
  br i1 %49, label %50, label %53

50:                                               ; preds = %46
  %51 = load ptr, ptr %4, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %51, i32 0, i32 7
  br label %56

53:                                               ; preds = %46
  %54 = load ptr, ptr %4, align 8
  %55 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %54, i32 0, i32 6
  br label %56

56:                                               ; preds = %53, %50
  %57 = phi ptr [ %52, %50 ], [ %55, %53 ]
  store ptr %57, ptr %3, align 8
  store i32 1, ptr %7, align 4
  br label %58

58:                                               ; preds = %56, %44, %11
  call void @llvm.lifetime.end.p0(ptr %6) #9
  call void @llvm.lifetime.end.p0(ptr %5) #9
  %59 = load ptr, ptr %3, align 8
  ret ptr %59
}

; Function Attrs: alwaysinline nounwind
define internal ptr @place_of(ptr noundef %0, i64 noundef %1) #2 {
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
  %16 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %15, i32 0, i32 5
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
  br label %27, !llvm.loop !15

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

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: readwrite)
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #7

; Function Attrs: noinline nounwind
define internal i64 @answer_timed(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef byval(%struct.access) align 8 %3, i1 noundef zeroext %4) #6 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i8, align 1
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  %12 = alloca ptr, align 8
  %13 = alloca %struct.answer, align 8
  %14 = alloca i8, align 1
  %15 = alloca i64, align 8
  %16 = alloca %struct.answer, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  %17 = zext i1 %4 to i8
  store i8 %17, ptr %9, align 1
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %18 = load ptr, ptr %6, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %18, i32 0, i32 2
  %20 = load i64, ptr %19, align 8
  %21 = inttoptr i64 %20 to ptr
  store ptr %21, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %22 = load ptr, ptr %6, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %22, i32 0, i32 1
  %24 = load i64, ptr %23, align 8
  %25 = inttoptr i64 %24 to ptr
  store ptr %25, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.lifetime.start.p0(ptr %13) #9
  call void @llvm.lifetime.start.p0(ptr %14) #9
  %26 = load ptr, ptr %10, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %26, i32 0, i32 3
  %28 = load i8, ptr %27, align 1
  %29 = icmp ne i8 %28, 0
  %30 = zext i1 %29 to i8
  store i8 %30, ptr %14, align 1
  call void @llvm.lifetime.start.p0(ptr %15) #9
  %31 = load ptr, ptr %11, align 8
  %32 = call i64 @ticks(ptr noundef %31) #10
  store i64 %32, ptr %15, align 8
  call void @llvm.lifetime.start.p0(ptr %16) #9
  %33 = load ptr, ptr %6, align 8
  %34 = load ptr, ptr %7, align 8
  %35 = load i64, ptr %8, align 8
  %36 = load i8, ptr %9, align 1, !range !9, !noundef !10
  %37 = trunc i8 %36 to i1
  %38 = call { i64, i8 } @answer(ptr noundef %33, ptr noundef %34, i64 noundef %35, ptr noundef byval(%struct.access) align 8 %3, i1 noundef zeroext %37) #10
  %39 = getelementptr inbounds nuw { i64, i8 }, ptr %16, i32 0, i32 0
  %40 = extractvalue { i64, i8 } %38, 0
  store i64 %40, ptr %39, align 8
  %41 = getelementptr inbounds nuw { i64, i8 }, ptr %16, i32 0, i32 1
  %42 = extractvalue { i64, i8 } %38, 1
  store i8 %42, ptr %41, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %13, ptr align 8 %16, i64 16, i1 false)
  call void @llvm.lifetime.end.p0(ptr %16) #9
  %43 = load i8, ptr %14, align 1, !range !9, !noundef !10
  %44 = trunc i8 %43 to i1
  br i1 %44, label %45, label %70

45:                                               ; preds = %5
  %46 = load ptr, ptr %6, align 8
  %47 = load ptr, ptr %7, align 8
  %48 = load i64, ptr %8, align 8
  %49 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 3
  %50 = load i8, ptr %49, align 8, !range !9, !noundef !10
  %51 = trunc i8 %50 to i1
  %52 = call ptr @counter_of(ptr noundef %46, ptr noundef %47, i64 noundef %48, i1 noundef zeroext %51) #10
  store ptr %52, ptr %12, align 8
  %53 = load ptr, ptr %11, align 8
  %54 = call i64 @ticks(ptr noundef %53) #10
  %55 = load i64, ptr %15, align 8
  %56 = sub i64 %54, %55
  %57 = getelementptr inbounds nuw %struct.answer, ptr %13, i32 0, i32 1
  %58 = load i8, ptr %57, align 8, !range !9, !noundef !10
  %59 = trunc i8 %58 to i1
  br i1 %59, label %60, label %63

60:                                               ; preds = %45
  %61 = load ptr, ptr %12, align 8
  %62 = getelementptr inbounds nuw %struct.lightexit_counter, ptr %61, i32 0, i32 2
  br label %66

63:                                               ; preds = %45
  %64 = load ptr, ptr %12, align 8
  %65 = getelementptr inbounds nuw %struct.lightexit_counter, ptr %64, i32 0, i32 3
  br label %66

66:                                               ; preds = %63, %60
  %67 = phi ptr [ %62, %60 ], [ %65, %63 ]
  %68 = load i64, ptr %67, align 8
  %69 = add i64 %68, %56
  store i64 %69, ptr %67, align 8
  br label %70

70:                                               ; preds = %66, %5
  %71 = getelementptr inbounds nuw %struct.answer, ptr %13, i32 0, i32 0
  %72 = load i64, ptr %71, align 8
  call void @llvm.lifetime.end.p0(ptr %15) #9
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  ret i64 %72
}

; Function Attrs: alwaysinline nounwind
define internal { i64, i8 } @answer(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef byval(%struct.access) align 8 %3, i1 noundef zeroext %4) #2 {
  %6 = alloca %struct.answer, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i8, align 1
  %11 = alloca ptr, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  %12 = zext i1 %4 to i8
  store i8 %12, ptr %10, align 1
  call void @llvm.lifetime.start.p0(ptr %11) #9
  call void @llvm.memset.p0.i64(ptr align 8 %6, i8 0, i64 16, i1 false)
  %13 = load ptr, ptr %8, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_window, ptr %13, i32 0, i32 3
  %15 = load i64, ptr %14, align 8
  %16 = icmp ne i64 %15, 0
  br i1 %16, label %17, label %26

17:                                               ; preds = %5
  %18 = load i8, ptr %10, align 1, !range !9, !noundef !10
  %19 = trunc i8 %18 to i1
  br i1 %19, label %20, label %26

20:                                               ; preds = %17
  %21 = load ptr, ptr %7, align 8
  %22 = load ptr, ptr %8, align 8
  %23 = load i64, ptr %9, align 8
  %24 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 0
  %25 = call zeroext i1 @try_filter(ptr noundef %21, ptr noundef %22, i64 noundef %23, ptr noundef byval(%struct.access) align 8 %3, ptr noundef %24) #10
  br label %26

26:                                               ; preds = %20, %17, %5
  %27 = phi i1 [ false, %17 ], [ false, %5 ], [ %25, %20 ]
  %28 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 1
  %29 = zext i1 %27 to i8
  store i8 %29, ptr %28, align 8
  %30 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 1
  %31 = load i8, ptr %30, align 8, !range !9, !noundef !10
  %32 = trunc i8 %31 to i1
  br i1 %32, label %39, label %33

33:                                               ; preds = %26
  %34 = load ptr, ptr %7, align 8
  %35 = load ptr, ptr %8, align 8
  %36 = load i64, ptr %9, align 8
  %37 = call i64 @ask_model(ptr noundef %34, ptr noundef %35, i64 noundef %36, ptr noundef byval(%struct.access) align 8 %3) #10
  %38 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 0
  store i64 %37, ptr %38, align 8
  br label %39

39:                                               ; preds = %33, %26
  %40 = load ptr, ptr %7, align 8
  %41 = load ptr, ptr %8, align 8
  %42 = load i64, ptr %9, align 8
  %43 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 3
  %44 = load i8, ptr %43, align 8, !range !9, !noundef !10
  %45 = trunc i8 %44 to i1
  %46 = call ptr @counter_of(ptr noundef %40, ptr noundef %41, i64 noundef %42, i1 noundef zeroext %45) #10
  store ptr %46, ptr %11, align 8
  %47 = getelementptr inbounds nuw %struct.answer, ptr %6, i32 0, i32 1
  %48 = load i8, ptr %47, align 8, !range !9, !noundef !10
  %49 = trunc i8 %48 to i1
  br i1 %49, label %50, label %53

50:                                               ; preds = %39
  %51 = load ptr, ptr %11, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_counter, ptr %51, i32 0, i32 0
  br label %56

53:                                               ; preds = %39
  %54 = load ptr, ptr %11, align 8
  %55 = getelementptr inbounds nuw %struct.lightexit_counter, ptr %54, i32 0, i32 1
  br label %56

56:                                               ; preds = %53, %50
  %57 = phi ptr [ %52, %50 ], [ %55, %53 ]
  %58 = load i64, ptr %57, align 8
  %59 = add i64 %58, 1
  store i64 %59, ptr %57, align 8
  call void @llvm.lifetime.end.p0(ptr %11) #9
  %60 = load { i64, i8 }, ptr %6, align 8
  ret { i64, i8 } %60
}

; Function Attrs: alwaysinline nounwind
define internal ptr @counter_of(ptr noundef %0, ptr noundef %1, i64 noundef %2, i1 noundef zeroext %3) #2 {
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
define internal zeroext i1 @try_filter(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef byval(%struct.access) align 8 %3, ptr noundef %4) #2 {
  %6 = alloca i1, align 1
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  %12 = alloca %struct.lightexit_io_context, align 8
  %13 = alloca i64, align 8
  %14 = alloca i32, align 4
  %15 = alloca %struct.lightexit_io_context, align 8
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %16 = load ptr, ptr %7, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %16, i32 0, i32 1
  %18 = load i64, ptr %17, align 8
  %19 = inttoptr i64 %18 to ptr
  store ptr %19, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.lifetime.start.p0(ptr %13) #9
  store i64 0, ptr %13, align 8
  %20 = load ptr, ptr %8, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_window, ptr %20, i32 0, i32 11
  %22 = load i8, ptr %21, align 2
  %23 = zext i8 %22 to i32
  %24 = icmp ne i32 %23, 0
  br i1 %24, label %25, label %31

25:                                               ; preds = %5
  %26 = load ptr, ptr %11, align 8
  %27 = load ptr, ptr %11, align 8
  %28 = call i64 @ticks(ptr noundef %27) #10
  %29 = call zeroext i1 @lightexit_read_clock(ptr noundef %26, i64 noundef %28, ptr noundef %13) #10
  br i1 %29, label %31, label %30

30:                                               ; preds = %25
  store i1 false, ptr %6, align 1
  store i32 1, ptr %14, align 4
  br label %74

31:                                               ; preds = %25, %5
  %32 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 0
  %33 = load i64, ptr %9, align 8
  store i64 %33, ptr %32, align 8
  %34 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 1
  %35 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 1
  %36 = load i64, ptr %35, align 8
  store i64 %36, ptr %34, align 8
  %37 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 2
  %38 = load i64, ptr %13, align 8
  store i64 %38, ptr %37, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 3
  %40 = load ptr, ptr %7, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %40, i32 0, i32 6
  %42 = load i32, ptr %41, align 8
  store i32 %42, ptr %39, align 8
  %43 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 4
  %44 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 2
  %45 = load i64, ptr %44, align 8
  %46 = trunc i64 %45 to i8
  store i8 %46, ptr %43, align 4
  %47 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 5
  %48 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 3
  %49 = load i8, ptr %48, align 8, !range !9, !noundef !10
  %50 = trunc i8 %49 to i1
  %51 = zext i1 %50 to i8
  store i8 %51, ptr %47, align 1
  %52 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 6
  %53 = load ptr, ptr %8, align 8
  %54 = getelementptr inbounds nuw %struct.lightexit_window, ptr %53, i32 0, i32 9
  %55 = load i8, ptr %54, align 8
  store i8 %55, ptr %52, align 2
  %56 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 7
  store i8 1, ptr %56, align 1
  %57 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 8
  store i32 0, ptr %57, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 9
  store i32 0, ptr %58, align 4
  %59 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 10
  store i32 0, ptr %59, align 8
  %60 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 11
  store i32 0, ptr %60, align 4
  %61 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 12
  store i32 0, ptr %61, align 8
  %62 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 13
  store i8 0, ptr %62, align 4
  %63 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 14
  store i8 0, ptr %63, align 1
  %64 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 15
  store i8 0, ptr %64, align 2
  %65 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 16
  store i8 0, ptr %65, align 1
  %66 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 17
  store i64 0, ptr %66, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %12, ptr align 8 %15, i64 64, i1 false)
  %67 = load ptr, ptr %8, align 8
  %68 = call zeroext i1 @run_filter(ptr noundef %67, ptr noundef %12) #10
  br i1 %68, label %70, label %69

69:                                               ; preds = %31
  store i1 false, ptr %6, align 1
  store i32 1, ptr %14, align 4
  br label %74

70:                                               ; preds = %31
  %71 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %12, i32 0, i32 1
  %72 = load i64, ptr %71, align 8
  %73 = load ptr, ptr %10, align 8
  store i64 %72, ptr %73, align 8
  store i1 true, ptr %6, align 1
  store i32 1, ptr %14, align 4
  br label %74

74:                                               ; preds = %70, %69, %30
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  %75 = load i1, ptr %6, align 1
  ret i1 %75
}

; Function Attrs: noinline nounwind
define internal i64 @ask_model(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef byval(%struct.access) align 8 %3) #6 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %11 = load ptr, ptr %5, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_vcpu, ptr %11, i32 0, i32 2
  %13 = load i64, ptr %12, align 8
  %14 = inttoptr i64 %13 to ptr
  store ptr %14, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %15 = load ptr, ptr %6, align 8
  %16 = call ptr @locks_of(ptr noundef %15) #10
  store ptr %16, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  store i64 0, ptr %10, align 8
  %17 = load ptr, ptr %9, align 8
  %18 = load ptr, ptr %6, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_window, ptr %18, i32 0, i32 4
  %20 = load i64, ptr %19, align 8
  %21 = load ptr, ptr %8, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_tables, ptr %21, i32 0, i32 8
  %23 = load i64, ptr %22, align 8
  %24 = inttoptr i64 %23 to ptr
  call void @lock(ptr noundef %17, i64 noundef %20, ptr noundef %24) #10
  %25 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 3
  %26 = load i8, ptr %25, align 8, !range !9, !noundef !10
  %27 = trunc i8 %26 to i1
  br i1 %27, label %28, label %38

28:                                               ; preds = %4
  %29 = load ptr, ptr %6, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_window, ptr %29, i32 0, i32 13
  %31 = load i64, ptr %30, align 8
  %32 = inttoptr i64 %31 to ptr
  %33 = load i64, ptr %7, align 8
  %34 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 1
  %35 = load i64, ptr %34, align 8
  %36 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 2
  %37 = load i64, ptr %36, align 8
  call void %32(i64 noundef %33, i64 noundef %35, i64 noundef %37) #10
  br label %47

38:                                               ; preds = %4
  %39 = load ptr, ptr %6, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_window, ptr %39, i32 0, i32 12
  %41 = load i64, ptr %40, align 8
  %42 = inttoptr i64 %41 to ptr
  %43 = load i64, ptr %7, align 8
  %44 = getelementptr inbounds nuw %struct.access, ptr %3, i32 0, i32 2
  %45 = load i64, ptr %44, align 8
  %46 = call i64 %42(i64 noundef %43, i64 noundef %45) #10
  store i64 %46, ptr %10, align 8
  br label %47

47:                                               ; preds = %38, %28
  %48 = load ptr, ptr %9, align 8
  %49 = load ptr, ptr %6, align 8
  %50 = getelementptr inbounds nuw %struct.lightexit_window, ptr %49, i32 0, i32 4
  %51 = load i64, ptr %50, align 8
  %52 = trunc i64 %51 to i32
  call void @lightexit_unlock(ptr noundef %48, i32 noundef %52) #10
  %53 = load i64, ptr %10, align 8
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  ret i64 %53
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @run_filter(ptr noundef %0, ptr noundef %1) #2 {
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
define internal zeroext i1 @run_guarded(ptr noundef %0, ptr noundef %1, i64 noundef %2) #2 {
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
define internal zeroext i1 @run_writer(ptr noundef %0, ptr noundef %1, i64 noundef %2) #2 {
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
define internal zeroext i1 @run_reader(ptr noundef %0, ptr noundef %1, i64 noundef %2) #2 {
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
define internal ptr @locks_of(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_window, ptr %3, i32 0, i32 17
  %5 = getelementptr inbounds [8 x i64], ptr %4, i64 0, i64 0
  ret ptr %5
}

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_try_lock(ptr noundef %0, i32 noundef %1) #3 {
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
  br label %8, !llvm.loop !16

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
define internal zeroext i1 @run(ptr noundef %0, ptr noundef %1) #2 {
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
  %13 = getelementptr inbounds nuw %struct.lightexit_window, ptr %12, i32 0, i32 16
  %14 = getelementptr inbounds [8 x i64], ptr %13, i64 0, i64 0
  %15 = call i64 %10(ptr noundef %11, ptr noundef %14) #10
  %16 = icmp eq i64 %15, 1
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i1 %16
}

; Function Attrs: alwaysinline nounwind
define internal void @act(ptr noundef %0, ptr noundef %1) #2 {
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
  br i1 %7, label %14, label %8

8:                                                ; preds = %2
  %9 = load ptr, ptr %3, align 8
  %10 = getelementptr inbounds nuw %struct.lightexit_window, ptr %9, i32 0, i32 14
  %11 = load i64, ptr %10, align 8
  %12 = inttoptr i64 %11 to ptr
  %13 = load ptr, ptr %4, align 8
  call void %12(ptr noundef %13) #10
  br label %14

14:                                               ; preds = %8, %2
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @signal_all(ptr noundef %0, ptr noundef %1) #2 {
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
  %29 = getelementptr inbounds nuw %struct.lightexit_window, ptr %28, i32 0, i32 18
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
  br label %37, !llvm.loop !17

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
define internal zeroext i1 @signal_one(ptr noundef %0, i32 noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_window, ptr %7, i32 0, i32 15
  %9 = load i64, ptr %8, align 8
  %10 = inttoptr i64 %9 to ptr
  store ptr %10, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  store i64 1, ptr %6, align 8
  %11 = load ptr, ptr %5, align 8
  %12 = load ptr, ptr %3, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_window, ptr %12, i32 0, i32 19
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
define internal i64 @lightexit_read_begin(ptr noundef %0, i32 noundef %1) #3 {
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
  br label %10, !llvm.loop !18

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
define internal zeroext i1 @lightexit_read_retry(ptr noundef %0, i32 noundef %1, i64 noundef %2) #3 {
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

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" }
attributes #1 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { alwaysinline nounwind "no-builtins" "no-jump-tables"="true" }
attributes #3 = { inlinehint nounwind "no-builtins" "no-jump-tables"="true" }
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
