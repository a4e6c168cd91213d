; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
; Made of kvm_loop.c by tools/runtime.py; do not edit.

%struct.lightexit_io_context = type { i64, i64, i64, i32, i8, i8, i8, i8, i32, i32, i32, i32, i32, i8, i8, i8, i8, i64 }
%struct.lightexit_loop = type { i64, i64, i64, i64, i64, i64, i32 }
%struct.kvm_run = type { i8, i8, [6 x i8], i32, i8, i8, i16, i64, i64, %union.anon, i64, i64, %union.anon.43 }
%union.anon = type { %struct.anon.16 }
%struct.anon.16 = type { [32 x i64] }
%union.anon.43 = type { %struct.kvm_sync_regs, [1528 x i8] }
%struct.kvm_sync_regs = type { %struct.kvm_regs, %struct.kvm_sregs, %struct.kvm_vcpu_events }
%struct.kvm_regs = type { i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64 }
%struct.kvm_sregs = type { %struct.kvm_segment, %struct.kvm_segment, %struct.kvm_segment, %struct.kvm_segment, %struct.kvm_segment, %struct.kvm_segment, %struct.kvm_segment, %struct.kvm_segment, %struct.kvm_dtable, %struct.kvm_dtable, i64, i64, i64, i64, i64, i64, i64, [4 x i64] }
%struct.kvm_segment = type { i64, i32, i16, i8, i8, i8, i8, i8, i8, i8, i8, i8, i8 }
%struct.kvm_dtable = type { i64, i16, [3 x i16] }
%struct.kvm_vcpu_events = type { %struct.anon.44, %struct.anon.45, %struct.anon.46, i32, i32, %struct.anon.47, %struct.anon.48, [26 x i8], i8, i64 }
%struct.anon.44 = type { i8, i8, i8, i8, i32 }
%struct.anon.45 = type { i8, i8, i8, i8 }
%struct.anon.46 = type { i8, i8, i8, i8 }
%struct.anon.47 = type { i8, i8, i8, i8 }
%struct.anon.48 = type { i8 }
%struct.anon.2 = type { i8, i8, i16, i32, i64 }
%struct.anon.4 = type { i64, [8 x i8], i32, i8 }
%struct.anon.29 = type { i8, [7 x i8], i32, i32, i64 }

; Function Attrs: nounwind
define i32 @run(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca %struct.lightexit_io_context, align 8
  %6 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #5
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %7, i32 0, i32 3
  %9 = load i64, ptr %8, align 8
  %10 = inttoptr i64 %9 to ptr
  store ptr %10, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #5
  call void @llvm.memset.p0.i64(ptr align 8 %5, i8 0, i64 64, i1 false)
  br label %11

11:                                               ; preds = %37, %1
  %12 = load ptr, ptr %3, align 8
  %13 = load ptr, ptr %4, align 8
  call void @give_cr8(ptr noundef %12, ptr noundef %13) #6
  %14 = load ptr, ptr %3, align 8
  %15 = call i32 @enter(ptr noundef %14) #6
  %16 = icmp slt i32 %15, 0
  br i1 %16, label %17, label %18

17:                                               ; preds = %11
  store i32 -1, ptr %2, align 4
  store i32 1, ptr %6, align 4
  br label %38

18:                                               ; preds = %11
  %19 = load ptr, ptr %3, align 8
  %20 = load ptr, ptr %4, align 8
  call void @take_cr8(ptr noundef %19, ptr noundef %20, ptr noundef %5) #6
  %21 = load ptr, ptr %4, align 8
  %22 = getelementptr inbounds nuw %struct.kvm_run, ptr %21, i32 0, i32 3
  %23 = load i32, ptr %22, align 8
  switch i32 %23, label %33 [
    i32 2, label %24
    i32 6, label %27
    i32 29, label %30
    i32 30, label %30
  ]

24:                                               ; preds = %18
  %25 = load ptr, ptr %3, align 8
  %26 = load ptr, ptr %4, align 8
  call void @port(ptr noundef %25, ptr noundef %26, ptr noundef %5) #6
  br label %37

27:                                               ; preds = %18
  %28 = load ptr, ptr %3, align 8
  %29 = load ptr, ptr %4, align 8
  call void @memory(ptr noundef %28, ptr noundef %29, ptr noundef %5) #6
  br label %37

30:                                               ; preds = %18, %18
  %31 = load ptr, ptr %3, align 8
  %32 = load ptr, ptr %4, align 8
  call void @msr(ptr noundef %31, ptr noundef %32, ptr noundef %5) #6
  br label %37

33:                                               ; preds = %18
  %34 = load ptr, ptr %4, align 8
  %35 = getelementptr inbounds nuw %struct.kvm_run, ptr %34, i32 0, i32 3
  %36 = load i32, ptr %35, align 8
  store i32 %36, ptr %2, align 4
  store i32 1, ptr %6, align 4
  br label %38

37:                                               ; preds = %30, %27, %24
  br label %11

38:                                               ; preds = %33, %17
  call void @llvm.lifetime.end.p0(ptr %5) #5
  call void @llvm.lifetime.end.p0(ptr %4) #5
  %39 = load i32, ptr %2, align 4
  ret i32 %39
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(ptr captures(none)) #1

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: write)
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #2

; Function Attrs: alwaysinline nounwind
define internal void @give_cr8(ptr noundef %0, ptr noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %5, i32 0, i32 5
  %7 = load i64, ptr %6, align 8
  %8 = icmp ne i64 %7, 0
  br i1 %8, label %9, label %20

9:                                                ; preds = %2
  %10 = load ptr, ptr %3, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %10, i32 0, i32 5
  %12 = load i64, ptr %11, align 8
  %13 = inttoptr i64 %12 to ptr
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i32
  %16 = ashr i32 %15, 4
  %17 = sext i32 %16 to i64
  %18 = load ptr, ptr %4, align 8
  %19 = getelementptr inbounds nuw %struct.kvm_run, ptr %18, i32 0, i32 7
  store i64 %17, ptr %19, align 8
  br label %20

20:                                               ; preds = %9, %2
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal i32 @enter(ptr noundef %0) #3 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %3, i32 0, i32 4
  %5 = load i64, ptr %4, align 8
  %6 = add i64 %5, 1
  store i64 %6, ptr %4, align 8
  %7 = load ptr, ptr %2, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %7, i32 0, i32 0
  %9 = load i64, ptr %8, align 8
  %10 = inttoptr i64 %9 to ptr
  %11 = load ptr, ptr %2, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %11, i32 0, i32 6
  %13 = load i32, ptr %12, align 8
  %14 = call i32 (i32, i64, ...) %10(i32 noundef %13, i64 noundef 44672, i32 noundef 0) #6
  ret i32 %14
}

; Function Attrs: alwaysinline nounwind
define internal void @take_cr8(ptr noundef %0, ptr noundef %1, ptr noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %7, i32 0, i32 5
  %9 = load i64, ptr %8, align 8
  %10 = icmp ne i64 %9, 0
  br i1 %10, label %11, label %24

11:                                               ; preds = %3
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.kvm_run, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = load ptr, ptr %4, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %15, i32 0, i32 5
  %17 = load i64, ptr %16, align 8
  %18 = inttoptr i64 %17 to ptr
  %19 = load i8, ptr %18, align 1
  %20 = zext i8 %19 to i32
  %21 = ashr i32 %20, 4
  %22 = sext i32 %21 to i64
  %23 = icmp eq i64 %14, %22
  br i1 %23, label %24, label %25

24:                                               ; preds = %11, %3
  br label %40

25:                                               ; preds = %11
  %26 = load ptr, ptr %6, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %26, i32 0, i32 6
  store i8 1, ptr %27, align 2
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %28, i32 0, i32 0
  store i64 -9223372036854775808, ptr %29, align 8
  %30 = load ptr, ptr %6, align 8
  %31 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %30, i32 0, i32 4
  store i8 8, ptr %31, align 4
  %32 = load ptr, ptr %6, align 8
  %33 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %32, i32 0, i32 5
  store i8 1, ptr %33, align 1
  %34 = load ptr, ptr %4, align 8
  %35 = load ptr, ptr %6, align 8
  %36 = load ptr, ptr %5, align 8
  %37 = getelementptr inbounds nuw %struct.kvm_run, ptr %36, i32 0, i32 7
  %38 = load i64, ptr %37, align 8
  %39 = call i64 @perform(ptr noundef %34, ptr noundef %35, i64 noundef %38) #6
  br label %40

40:                                               ; preds = %25, %24
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @port(ptr noundef %0, ptr noundef %1, ptr noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i32, align 4
  %9 = alloca i8, align 1
  %10 = alloca i8, align 1
  %11 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #5
  %12 = load ptr, ptr %5, align 8
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.kvm_run, ptr %13, i32 0, i32 9
  %15 = getelementptr inbounds nuw %struct.anon.2, ptr %14, i32 0, i32 4
  %16 = load i64, ptr %15, align 8
  %17 = getelementptr inbounds nuw i8, ptr %12, i64 %16
  store ptr %17, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #5
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.kvm_run, ptr %18, i32 0, i32 9
  %20 = getelementptr inbounds nuw %struct.anon.2, ptr %19, i32 0, i32 3
  %21 = load i32, ptr %20, align 4
  store i32 %21, ptr %8, align 4
  call void @llvm.lifetime.start.p0(ptr %9) #5
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.kvm_run, ptr %22, i32 0, i32 9
  %24 = getelementptr inbounds nuw %struct.anon.2, ptr %23, i32 0, i32 1
  %25 = load i8, ptr %24, align 1
  store i8 %25, ptr %9, align 1
  call void @llvm.lifetime.start.p0(ptr %10) #5
  %26 = load ptr, ptr %5, align 8
  %27 = getelementptr inbounds nuw %struct.kvm_run, ptr %26, i32 0, i32 9
  %28 = getelementptr inbounds nuw %struct.anon.2, ptr %27, i32 0, i32 0
  %29 = load i8, ptr %28, align 8
  %30 = zext i8 %29 to i32
  %31 = icmp eq i32 %30, 1
  %32 = zext i1 %31 to i8
  store i8 %32, ptr %10, align 1
  call void @llvm.lifetime.start.p0(ptr %11) #5
  %33 = load ptr, ptr %6, align 8
  %34 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %33, i32 0, i32 6
  store i8 0, ptr %34, align 2
  %35 = load ptr, ptr %5, align 8
  %36 = getelementptr inbounds nuw %struct.kvm_run, ptr %35, i32 0, i32 9
  %37 = getelementptr inbounds nuw %struct.anon.2, ptr %36, i32 0, i32 2
  %38 = load i16, ptr %37, align 2
  %39 = zext i16 %38 to i64
  %40 = load ptr, ptr %6, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %40, i32 0, i32 0
  store i64 %39, ptr %41, align 8
  %42 = load i8, ptr %9, align 1
  %43 = load ptr, ptr %6, align 8
  %44 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %43, i32 0, i32 4
  store i8 %42, ptr %44, align 4
  %45 = load i8, ptr %10, align 1, !range !4, !noundef !5
  %46 = trunc i8 %45 to i1
  %47 = zext i1 %46 to i8
  %48 = load ptr, ptr %6, align 8
  %49 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %48, i32 0, i32 5
  store i8 %47, ptr %49, align 1
  br label %50

50:                                               ; preds = %67, %3
  %51 = load i32, ptr %8, align 4
  %52 = icmp ne i32 %51, 0
  br i1 %52, label %53, label %75

53:                                               ; preds = %50
  %54 = load ptr, ptr %4, align 8
  %55 = load ptr, ptr %6, align 8
  %56 = load ptr, ptr %7, align 8
  %57 = load i8, ptr %9, align 1
  %58 = call i64 @load(ptr noundef %56, i8 noundef zeroext %57) #6
  %59 = call i64 @perform(ptr noundef %54, ptr noundef %55, i64 noundef %58) #6
  store i64 %59, ptr %11, align 8
  %60 = load i8, ptr %10, align 1, !range !4, !noundef !5
  %61 = trunc i8 %60 to i1
  br i1 %61, label %66, label %62

62:                                               ; preds = %53
  %63 = load ptr, ptr %7, align 8
  %64 = load i8, ptr %9, align 1
  %65 = load i64, ptr %11, align 8
  call void @store(ptr noundef %63, i8 noundef zeroext %64, i64 noundef %65) #6
  br label %66

66:                                               ; preds = %62, %53
  br label %67

67:                                               ; preds = %66
  %68 = load i32, ptr %8, align 4
  %69 = add i32 %68, -1
  store i32 %69, ptr %8, align 4
  %70 = load i8, ptr %9, align 1
  %71 = zext i8 %70 to i32
  %72 = load ptr, ptr %7, align 8
  %73 = sext i32 %71 to i64
  %74 = getelementptr inbounds i8, ptr %72, i64 %73
  store ptr %74, ptr %7, align 8
  br label %50, !llvm.loop !6

75:                                               ; preds = %50
  call void @llvm.lifetime.end.p0(ptr %11) #5
  call void @llvm.lifetime.end.p0(ptr %10) #5
  call void @llvm.lifetime.end.p0(ptr %9) #5
  call void @llvm.lifetime.end.p0(ptr %8) #5
  call void @llvm.lifetime.end.p0(ptr %7) #5
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @memory(ptr noundef %0, ptr noundef %1, ptr noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #5
  %8 = load ptr, ptr %6, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %8, i32 0, i32 6
  store i8 1, ptr %9, align 2
  %10 = load ptr, ptr %5, align 8
  %11 = getelementptr inbounds nuw %struct.kvm_run, ptr %10, i32 0, i32 9
  %12 = getelementptr inbounds nuw %struct.anon.4, ptr %11, i32 0, i32 0
  %13 = load i64, ptr %12, align 8
  %14 = load ptr, ptr %6, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %14, i32 0, i32 0
  store i64 %13, ptr %15, align 8
  %16 = load ptr, ptr %5, align 8
  %17 = getelementptr inbounds nuw %struct.kvm_run, ptr %16, i32 0, i32 9
  %18 = getelementptr inbounds nuw %struct.anon.4, ptr %17, i32 0, i32 2
  %19 = load i32, ptr %18, align 8
  %20 = trunc i32 %19 to i8
  %21 = load ptr, ptr %6, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %21, i32 0, i32 4
  store i8 %20, ptr %22, align 4
  %23 = load ptr, ptr %5, align 8
  %24 = getelementptr inbounds nuw %struct.kvm_run, ptr %23, i32 0, i32 9
  %25 = getelementptr inbounds nuw %struct.anon.4, ptr %24, i32 0, i32 3
  %26 = load i8, ptr %25, align 4
  %27 = load ptr, ptr %6, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %27, i32 0, i32 5
  store i8 %26, ptr %28, align 1
  %29 = load ptr, ptr %5, align 8
  %30 = getelementptr inbounds nuw %struct.kvm_run, ptr %29, i32 0, i32 9
  %31 = getelementptr inbounds nuw %struct.anon.4, ptr %30, i32 0, i32 1
  %32 = getelementptr inbounds [8 x i8], ptr %31, i64 0, i64 0
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %7, ptr align 8 %32, i64 8, i1 false)
  %33 = load ptr, ptr %4, align 8
  %34 = load ptr, ptr %6, align 8
  %35 = load i64, ptr %7, align 8
  %36 = call i64 @perform(ptr noundef %33, ptr noundef %34, i64 noundef %35) #6
  store i64 %36, ptr %7, align 8
  %37 = load ptr, ptr %6, align 8
  %38 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %37, i32 0, i32 5
  %39 = load i8, ptr %38, align 1
  %40 = icmp ne i8 %39, 0
  br i1 %40, label %46, label %41

41:                                               ; preds = %3
  %42 = load ptr, ptr %5, align 8
  %43 = getelementptr inbounds nuw %struct.kvm_run, ptr %42, i32 0, i32 9
  %44 = getelementptr inbounds nuw %struct.anon.4, ptr %43, i32 0, i32 1
  %45 = getelementptr inbounds [8 x i8], ptr %44, i64 0, i64 0
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %45, ptr align 8 %7, i64 8, i1 false)
  br label %46

46:                                               ; preds = %41, %3
  call void @llvm.lifetime.end.p0(ptr %7) #5
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @msr(ptr noundef %0, ptr noundef %1, ptr noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %7 = load ptr, ptr %6, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %7, i32 0, i32 6
  store i8 2, ptr %8, align 2
  %9 = load ptr, ptr %5, align 8
  %10 = getelementptr inbounds nuw %struct.kvm_run, ptr %9, i32 0, i32 9
  %11 = getelementptr inbounds nuw %struct.anon.29, ptr %10, i32 0, i32 3
  %12 = load i32, ptr %11, align 4
  %13 = zext i32 %12 to i64
  %14 = load ptr, ptr %6, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %14, i32 0, i32 0
  store i64 %13, ptr %15, align 8
  %16 = load ptr, ptr %6, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %16, i32 0, i32 4
  store i8 8, ptr %17, align 4
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.kvm_run, ptr %18, i32 0, i32 3
  %20 = load i32, ptr %19, align 8
  %21 = icmp eq i32 %20, 30
  %22 = zext i1 %21 to i32
  %23 = trunc i32 %22 to i8
  %24 = load ptr, ptr %6, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %24, i32 0, i32 5
  store i8 %23, ptr %25, align 1
  %26 = load ptr, ptr %5, align 8
  %27 = getelementptr inbounds nuw %struct.kvm_run, ptr %26, i32 0, i32 9
  %28 = getelementptr inbounds nuw %struct.anon.29, ptr %27, i32 0, i32 4
  %29 = load i64, ptr %28, align 8
  %30 = load ptr, ptr %6, align 8
  %31 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %30, i32 0, i32 1
  store i64 %29, ptr %31, align 8
  %32 = load ptr, ptr %4, align 8
  %33 = load ptr, ptr %6, align 8
  %34 = call zeroext i1 @answer(ptr noundef %32, ptr noundef %33) #6
  %35 = xor i1 %34, true
  %36 = zext i1 %35 to i32
  %37 = trunc i32 %36 to i8
  %38 = load ptr, ptr %5, align 8
  %39 = getelementptr inbounds nuw %struct.kvm_run, ptr %38, i32 0, i32 9
  %40 = getelementptr inbounds nuw %struct.anon.29, ptr %39, i32 0, i32 0
  store i8 %37, ptr %40, align 8
  %41 = load ptr, ptr %6, align 8
  %42 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %41, i32 0, i32 5
  %43 = load i8, ptr %42, align 1
  %44 = icmp ne i8 %43, 0
  br i1 %44, label %52, label %45

45:                                               ; preds = %3
  %46 = load ptr, ptr %6, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %46, i32 0, i32 1
  %48 = load i64, ptr %47, align 8
  %49 = load ptr, ptr %5, align 8
  %50 = getelementptr inbounds nuw %struct.kvm_run, ptr %49, i32 0, i32 9
  %51 = getelementptr inbounds nuw %struct.anon.29, ptr %50, i32 0, i32 4
  store i64 %48, ptr %51, align 8
  br label %52

52:                                               ; preds = %45, %3
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(ptr captures(none)) #1

; Function Attrs: alwaysinline nounwind
define internal i64 @perform(ptr noundef %0, ptr noundef %1, i64 noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %7 = load i64, ptr %6, align 8
  %8 = load ptr, ptr %5, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %8, i32 0, i32 1
  store i64 %7, ptr %9, align 8
  %10 = load ptr, ptr %4, align 8
  %11 = load ptr, ptr %5, align 8
  %12 = call zeroext i1 @answer(ptr noundef %10, ptr noundef %11) #6
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 1
  %15 = load i64, ptr %14, align 8
  ret i64 %15
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @answer(ptr noundef %0, ptr noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %5, i32 0, i32 1
  %7 = load i64, ptr %6, align 8
  %8 = inttoptr i64 %7 to ptr
  %9 = load ptr, ptr %3, align 8
  %10 = getelementptr inbounds nuw %struct.lightexit_loop, ptr %9, i32 0, i32 2
  %11 = load i64, ptr %10, align 8
  %12 = inttoptr i64 %11 to ptr
  %13 = load ptr, ptr %4, align 8
  %14 = call i32 %8(ptr noundef %12, ptr noundef %13) #6
  %15 = icmp ne i32 %14, 0
  ret i1 %15
}

; Function Attrs: alwaysinline nounwind
define internal i64 @load(ptr noundef %0, i8 noundef zeroext %1) #3 {
  %3 = alloca i64, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i8, align 1
  %6 = alloca i16, align 2
  %7 = alloca i32, align 4
  %8 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i8 %1, ptr %5, align 1
  call void @llvm.lifetime.start.p0(ptr %6) #5
  call void @llvm.lifetime.start.p0(ptr %7) #5
  %9 = load i8, ptr %5, align 1
  %10 = zext i8 %9 to i32
  switch i32 %10, label %19 [
    i32 1, label %11
    i32 2, label %15
  ]

11:                                               ; preds = %2
  %12 = load ptr, ptr %4, align 8
  %13 = load i8, ptr %12, align 1
  %14 = zext i8 %13 to i64
  store i64 %14, ptr %3, align 8
  store i32 1, ptr %8, align 4
  br label %23

15:                                               ; preds = %2
  %16 = load ptr, ptr %4, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 2 %6, ptr align 1 %16, i64 2, i1 false)
  %17 = load i16, ptr %6, align 2
  %18 = zext i16 %17 to i64
  store i64 %18, ptr %3, align 8
  store i32 1, ptr %8, align 4
  br label %23

19:                                               ; preds = %2
  %20 = load ptr, ptr %4, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 4 %7, ptr align 1 %20, i64 4, i1 false)
  %21 = load i32, ptr %7, align 4
  %22 = zext i32 %21 to i64
  store i64 %22, ptr %3, align 8
  store i32 1, ptr %8, align 4
  br label %23

23:                                               ; preds = %19, %15, %11
  call void @llvm.lifetime.end.p0(ptr %7) #5
  call void @llvm.lifetime.end.p0(ptr %6) #5
  %24 = load i64, ptr %3, align 8
  ret i64 %24
}

; Function Attrs: alwaysinline nounwind
define internal void @store(ptr noundef %0, i8 noundef zeroext %1, i64 noundef %2) #3 {
  %4 = alloca ptr, align 8
  %5 = alloca i8, align 1
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i8 %1, ptr %5, align 1
  store i64 %2, ptr %6, align 8
  %7 = load i8, ptr %5, align 1
  %8 = zext i8 %7 to i32
  switch i32 %8, label %13 [
    i32 1, label %9
    i32 2, label %11
  ]

9:                                                ; preds = %3
  %10 = load ptr, ptr %4, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %10, ptr align 8 %6, i64 1, i1 false)
  br label %15

11:                                               ; preds = %3
  %12 = load ptr, ptr %4, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %12, ptr align 8 %6, i64 2, i1 false)
  br label %15

13:                                               ; preds = %3
  %14 = load ptr, ptr %4, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %14, ptr align 8 %6, i64 4, i1 false)
  br label %15

15:                                               ; preds = %9, %11, %13
  ret void
}

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: readwrite)
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #4

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" }
attributes #1 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #3 = { alwaysinline nounwind "no-builtins" "no-jump-tables"="true" }
attributes #4 = { nocallback nofree nounwind willreturn memory(argmem: readwrite) }
attributes #5 = { nounwind }
attributes #6 = { nobuiltin "no-builtins" }

!llvm.module.flags = !{!0, !1, !2}

!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!4 = !{i8 0, i8 2}
!5 = !{}
!6 = distinct !{!6, !7}
!7 = !{!"llvm.loop.mustprogress"}
