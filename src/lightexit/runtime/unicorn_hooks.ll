; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
; Made of unicorn_hooks.c by tools/runtime.py; do not edit.

%struct.lightexit_watch = type { i32, i16, i8, i8, i32, i32, i32, i32, i64, i64, i64, i32, i32, i64, i64, i64 }
%struct.lightexit_delivery = type { i64, i64, i64, i64, i64, i64, i64, i64, i32, i8, i64, i64, i64, i32, i32, i32, i32, i64, i64 }
%struct.lightexit_saved_cpu = type { [40 x i8], [16 x i64], i64, [5 x i64], i32, i32, [6 x %struct.lightexit_segment], %struct.lightexit_segment, %struct.lightexit_segment, %struct.lightexit_segment, %struct.lightexit_segment, [5 x i64], [128 x i8], i64, [4224 x i8], i64, i64, i64, i64, i64, [520 x i8], i32, i32, i64, [12 x i64], i32 }
%struct.lightexit_segment = type { i32, i64, i32, i32 }
%struct.event = type { i32, i8, i8, i8, i32 }
%struct.anon = type { i32, i64 }
%struct.translated = type { i64, i16, i16 }
%struct.lightexit_msr_watch = type { i64, i64, i32, i8, i8, i8, i32, i32, [256 x %struct.lightexit_msr_place] }
%struct.lightexit_msr_place = type { i64, i64 }
%struct.access_code = type { i32, i8, i8, i8 }
%struct.tlb_entry = type { i64, i64, i64, [5 x i64] }
%struct.tlb_table = type { i64, ptr }
%struct.frame = type { [6 x i64], i32, i64, i64, i64 }
%struct.gate = type { i16, i64, i32, i8 }
%struct.walk = type { i64, i32, i32, i32, i32 }
%struct.lightexit_slot = type { i64, i64, i64 }
%struct.lightexit_clock = type { %struct.lightexit_state_header, %struct.lightexit_clock_state }
%struct.lightexit_state_header = type { i64, i64 }
%struct.lightexit_clock_state = type { i64, i64, i64, i64, i64, i32 }
%struct.system_time = type { i64, i64 }
%struct.lightexit_io_context = type { i64, i64, i64, i32, i8, i8, i8, i8, i32, i32, i32, i32, i32, i8, i8, i8, i8, i64 }

@__const.enter_real.gate = private unnamed_addr constant { i16, [6 x i8], i64, i32, i8, [3 x i8] } { i16 0, [6 x i8] zeroinitializer, i64 0, i32 0, i8 1, [3 x i8] zeroinitializer }, align 8
@__const.protect.event = private unnamed_addr constant { i32, i8, i8, i8, i8, i32 } { i32 13, i8 0, i8 1, i8 1, i8 0, i32 0 }, align 4

; Function Attrs: nounwind
define void @at_block(ptr noundef %0, i64 noundef %1, i32 noundef %2, ptr noundef %3) #0 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i32, align 4
  %8 = alloca ptr, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i32 %2, ptr %7, align 4
  store ptr %3, ptr %8, align 8
  %9 = load ptr, ptr %5, align 8
  %10 = load i64, ptr %6, align 8
  %11 = load i32, ptr %7, align 4
  %12 = load ptr, ptr %8, align 8
  %13 = call zeroext i1 @look_up(ptr noundef %9, i64 noundef %10, i32 noundef %11, ptr noundef %12) #8
  br i1 %13, label %21, label %14

14:                                               ; preds = %4
  %15 = load i64, ptr %6, align 8
  %16 = load i32, ptr %7, align 4
  %17 = zext i32 %16 to i64
  %18 = add i64 %15, %17
  %19 = load ptr, ptr %8, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %19, i32 0, i32 8
  store i64 %18, ptr %20, align 8
  br label %21

21:                                               ; preds = %14, %4
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @look_up(ptr noundef %0, i64 noundef %1, i32 noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  %9 = alloca ptr, align 8
  %10 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store i32 %2, ptr %8, align 4
  store ptr %3, ptr %9, align 8
  %11 = load ptr, ptr %9, align 8
  %12 = call zeroext i1 @is_idle(ptr noundef %11) #8
  br i1 %12, label %33, label %13

13:                                               ; preds = %4
  %14 = load ptr, ptr %6, align 8
  %15 = load i64, ptr %7, align 8
  %16 = load i32, ptr %8, align 4
  %17 = load ptr, ptr %9, align 8
  %18 = call zeroext i1 @has_places(ptr noundef %14, i64 noundef %15, i32 noundef %16, ptr noundef %17) #8
  br i1 %18, label %34, label %19

19:                                               ; preds = %13
  %20 = load ptr, ptr %9, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %20, i32 0, i32 0
  %22 = load atomic i32, ptr %21 monotonic, align 8
  store i32 %22, ptr %10, align 4
  %23 = load i32, ptr %10, align 4
  %24 = icmp ne i32 %23, 0
  br i1 %24, label %34, label %25

25:                                               ; preds = %19
  %26 = load ptr, ptr %6, align 8
  %27 = load ptr, ptr %9, align 8
  %28 = call zeroext i1 @ends_nmi(ptr noundef %26, ptr noundef %27) #8
  br i1 %28, label %34, label %29

29:                                               ; preds = %25
  %30 = load ptr, ptr %6, align 8
  %31 = load ptr, ptr %9, align 8
  %32 = call zeroext i1 @is_interrupted(ptr noundef %30, ptr noundef %31) #8
  br i1 %32, label %34, label %33

33:                                               ; preds = %29, %4
  store i1 false, ptr %5, align 1
  br label %39

34:                                               ; preds = %29, %25, %19, %13
  %35 = load ptr, ptr %9, align 8
  %36 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %35, i32 0, i32 5
  store i32 1, ptr %36, align 4
  %37 = load ptr, ptr %6, align 8
  %38 = load ptr, ptr %9, align 8
  call void @stop(ptr noundef %37, ptr noundef %38) #8
  store i1 true, ptr %5, align 1
  br label %39

39:                                               ; preds = %34, %33
  %40 = load i1, ptr %5, align 1
  ret i1 %40
}

; Function Attrs: nounwind
define zeroext i1 @at_request(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca i1, align 1
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %10 = load ptr, ptr %4, align 8
  %11 = call ptr @pointer_at(ptr noundef %10, i32 noundef 33136) #8
  store ptr %11, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %12 = load ptr, ptr %6, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %12, i32 0, i32 14
  %14 = load i64, ptr %13, align 8
  %15 = inttoptr i64 %14 to ptr
  store ptr %15, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %16 = load ptr, ptr %7, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %16, i32 0, i32 0
  %18 = load i64, ptr %17, align 8
  %19 = inttoptr i64 %18 to ptr
  store ptr %19, ptr %8, align 8
  %20 = load i32, ptr %5, align 4
  %21 = load ptr, ptr %6, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %21, i32 0, i32 6
  %23 = load i32, ptr %22, align 8
  %24 = icmp ne i32 %23, 0
  br i1 %24, label %30, label %25

25:                                               ; preds = %2
  %26 = load ptr, ptr %6, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %26, i32 0, i32 12
  %28 = load i32, ptr %27, align 4
  %29 = icmp ne i32 %28, 0
  br i1 %29, label %30, label %31

30:                                               ; preds = %25, %2
  store i1 false, ptr %3, align 1
  store i32 1, ptr %9, align 4
  br label %45

31:                                               ; preds = %25
  call void @full_barrier() #8
  %32 = load ptr, ptr %4, align 8
  %33 = call ptr @pointer_at(ptr noundef %32, i32 noundef 33192) #8
  %34 = load ptr, ptr %8, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %34, i32 0, i32 6
  %36 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %35, i64 0, i64 1
  %37 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %36, i32 0, i32 1
  %38 = load i64, ptr %37, align 8
  %39 = load ptr, ptr %8, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %39, i32 0, i32 2
  %41 = load i64, ptr %40, align 8
  %42 = add i64 %38, %41
  %43 = load ptr, ptr %6, align 8
  %44 = call zeroext i1 @look_up(ptr noundef %33, i64 noundef %42, i32 noundef 4111, ptr noundef %43) #8
  store i1 false, ptr %3, align 1
  store i32 1, ptr %9, align 4
  br label %45

45:                                               ; preds = %31, %30
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  call void @llvm.lifetime.end.p0(ptr %6) #9
  %46 = load i1, ptr %3, align 1
  ret i1 %46
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(ptr captures(none)) #2

; Function Attrs: alwaysinline nounwind
define internal ptr @pointer_at(ptr noundef %0, i32 noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  %7 = zext i32 %6 to i64
  %8 = getelementptr inbounds nuw i8, ptr %5, i64 %7
  %9 = load ptr, ptr %8, align 8
  ret ptr %9
}

; Function Attrs: alwaysinline nounwind
define internal void @full_barrier() #1 {
  %1 = alloca i64, align 8
  %2 = alloca i64, align 8
  %3 = alloca i64, align 8
  call void @llvm.lifetime.start.p0(ptr %1) #9
  store volatile i64 0, ptr %1, align 8
  store i64 0, ptr %2, align 8
  %4 = load i64, ptr %2, align 8
  %5 = atomicrmw volatile xchg ptr %1, i64 %4 seq_cst, align 8
  store i64 %5, ptr %3, align 8
  %6 = load i64, ptr %3, align 8
  call void @llvm.lifetime.end.p0(ptr %1) #9
  ret void
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(ptr captures(none)) #2

; Function Attrs: nounwind
define zeroext i1 @deliver_external(ptr noundef %0, i32 noundef %1, ptr noundef %2) #0 {
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  %7 = alloca %struct.event, align 4
  %8 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  store ptr %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %9 = getelementptr inbounds nuw %struct.event, ptr %7, i32 0, i32 0
  %10 = load i32, ptr %5, align 4
  store i32 %10, ptr %9, align 4
  %11 = getelementptr inbounds nuw %struct.event, ptr %7, i32 0, i32 1
  store i8 0, ptr %11, align 4
  %12 = getelementptr inbounds nuw %struct.event, ptr %7, i32 0, i32 2
  store i8 0, ptr %12, align 1
  %13 = getelementptr inbounds nuw %struct.event, ptr %7, i32 0, i32 3
  store i8 0, ptr %13, align 2
  %14 = getelementptr i8, ptr %7, i64 7
  call void @llvm.memset.p0.i64(ptr align 1 %14, i8 0, i64 1, i1 false)
  %15 = getelementptr inbounds nuw %struct.event, ptr %7, i32 0, i32 4
  store i32 0, ptr %15, align 4
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %16 = load ptr, ptr %4, align 8
  %17 = load ptr, ptr %6, align 8
  %18 = call ptr @save(ptr noundef %16, ptr noundef %17) #8
  store ptr %18, ptr %8, align 8
  %19 = load ptr, ptr %8, align 8
  %20 = icmp ne ptr %19, null
  br i1 %20, label %21, label %26

21:                                               ; preds = %3
  %22 = load ptr, ptr %4, align 8
  %23 = load ptr, ptr %8, align 8
  %24 = load ptr, ptr %6, align 8
  %25 = call zeroext i1 @deliver(ptr noundef %22, ptr noundef %7, ptr noundef %23, ptr noundef %24) #8
  br label %26

26:                                               ; preds = %21, %3
  %27 = phi i1 [ false, %3 ], [ %25, %21 ]
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret i1 %27
}

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: write)
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #3

; Function Attrs: alwaysinline nounwind
define internal ptr @save(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %8 = load ptr, ptr %5, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %8, i32 0, i32 14
  %10 = load i64, ptr %9, align 8
  %11 = inttoptr i64 %10 to ptr
  store ptr %11, ptr %6, align 8
  %12 = load ptr, ptr %6, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %12, i32 0, i32 9
  %14 = load i8, ptr %13, align 4
  %15 = icmp ne i8 %14, 0
  br i1 %15, label %17, label %16

16:                                               ; preds = %2
  store ptr null, ptr %3, align 8
  store i32 1, ptr %7, align 4
  br label %32

17:                                               ; preds = %2
  %18 = load ptr, ptr %6, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %18, i32 0, i32 1
  %20 = load i64, ptr %19, align 8
  %21 = inttoptr i64 %20 to ptr
  %22 = load ptr, ptr %4, align 8
  %23 = load ptr, ptr %6, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %23, i32 0, i32 0
  %25 = load i64, ptr %24, align 8
  %26 = inttoptr i64 %25 to ptr
  %27 = call i32 %21(ptr noundef %22, ptr noundef %26) #8
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %28, i32 0, i32 0
  %30 = load i64, ptr %29, align 8
  %31 = inttoptr i64 %30 to ptr
  store ptr %31, ptr %3, align 8
  store i32 1, ptr %7, align 4
  br label %32

32:                                               ; preds = %17, %16
  call void @llvm.lifetime.end.p0(ptr %6) #9
  %33 = load ptr, ptr %3, align 8
  ret ptr %33
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @deliver(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i64, align 8
  %12 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %13 = load ptr, ptr %9, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %13, i32 0, i32 14
  %15 = load i64, ptr %14, align 8
  %16 = inttoptr i64 %15 to ptr
  store ptr %16, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %17 = load ptr, ptr %6, align 8
  %18 = load ptr, ptr %9, align 8
  %19 = call i64 @read_flags(ptr noundef %17, ptr noundef %18) #8
  store i64 %19, ptr %11, align 8
  %20 = load ptr, ptr %10, align 8
  %21 = load ptr, ptr %8, align 8
  %22 = load ptr, ptr %7, align 8
  %23 = call zeroext i1 @enter(ptr noundef %20, ptr noundef %21, ptr noundef %22, ptr noundef %11) #8
  br i1 %23, label %25, label %24

24:                                               ; preds = %4
  store i1 false, ptr %5, align 1
  store i32 1, ptr %12, align 4
  br label %32

25:                                               ; preds = %4
  %26 = load ptr, ptr %6, align 8
  %27 = load ptr, ptr %9, align 8
  %28 = load i64, ptr %11, align 8
  call void @restore(ptr noundef %26, ptr noundef %27, i64 noundef %28) #8
  %29 = load ptr, ptr %6, align 8
  %30 = load ptr, ptr %10, align 8
  %31 = load ptr, ptr %8, align 8
  call void @forget_code(ptr noundef %29, ptr noundef %30, ptr noundef %31) #8
  store i1 true, ptr %5, align 1
  store i32 1, ptr %12, align 4
  br label %32

32:                                               ; preds = %25, %24
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %33 = load i1, ptr %5, align 1
  ret i1 %33
}

; Function Attrs: nounwind
define void @at_interrupt(ptr noundef %0, i32 noundef %1, ptr noundef %2) #0 {
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  store ptr %2, ptr %6, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = load i32, ptr %5, align 4
  %9 = load ptr, ptr %6, align 8
  %10 = call zeroext i1 @deliver_trap(ptr noundef %7, i32 noundef %8, ptr noundef %9) #8
  br i1 %10, label %11, label %12

11:                                               ; preds = %3
  br label %20

12:                                               ; preds = %3
  %13 = load i32, ptr %5, align 4
  %14 = load ptr, ptr %6, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %14, i32 0, i32 7
  store i32 %13, ptr %15, align 4
  %16 = load ptr, ptr %6, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %16, i32 0, i32 6
  store i32 1, ptr %17, align 8
  %18 = load ptr, ptr %4, align 8
  %19 = load ptr, ptr %6, align 8
  call void @stop(ptr noundef %18, ptr noundef %19) #8
  br label %20

20:                                               ; preds = %12, %11
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @deliver_trap(ptr noundef %0, i32 noundef %1, ptr noundef %2) #1 {
  %4 = alloca i1, align 1
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca %struct.event, align 4
  %10 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i32 %1, ptr %6, align 4
  store ptr %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %11 = load ptr, ptr %5, align 8
  %12 = load ptr, ptr %7, align 8
  %13 = call ptr @save(ptr noundef %11, ptr noundef %12) #8
  store ptr %13, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %14 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 0
  %15 = load i32, ptr %6, align 4
  store i32 %15, ptr %14, align 4
  %16 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 1
  store i8 0, ptr %16, align 4
  %17 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 2
  store i8 0, ptr %17, align 1
  %18 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 3
  store i8 0, ptr %18, align 2
  %19 = getelementptr i8, ptr %9, i64 7
  call void @llvm.memset.p0.i64(ptr align 1 %19, i8 0, i64 1, i1 false)
  %20 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 4
  store i32 0, ptr %20, align 4
  %21 = load ptr, ptr %8, align 8
  %22 = icmp ne ptr %21, null
  br i1 %22, label %24, label %23

23:                                               ; preds = %3
  store i1 false, ptr %4, align 1
  store i32 1, ptr %10, align 4
  br label %68

24:                                               ; preds = %3
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %25, i32 0, i32 22
  %27 = load i32, ptr %26, align 4
  %28 = icmp ne i32 %27, 0
  %29 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 1
  %30 = zext i1 %28 to i8
  store i8 %30, ptr %29, align 4
  %31 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 1
  %32 = load i8, ptr %31, align 4, !range !4, !noundef !5
  %33 = trunc i8 %32 to i1
  br i1 %33, label %63, label %34

34:                                               ; preds = %24
  %35 = load ptr, ptr %8, align 8
  %36 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %35, i32 0, i32 25
  store i32 -1, ptr %36, align 8
  %37 = load i32, ptr %6, align 4
  %38 = icmp ult i32 %37, 32
  br i1 %38, label %39, label %44

39:                                               ; preds = %34
  %40 = load i32, ptr %6, align 4
  %41 = ashr i32 163072, %40
  %42 = and i32 %41, 1
  %43 = icmp ne i32 %42, 0
  br label %44

44:                                               ; preds = %39, %34
  %45 = phi i1 [ false, %34 ], [ %43, %39 ]
  %46 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 3
  %47 = zext i1 %45 to i8
  store i8 %47, ptr %46, align 2
  %48 = load i32, ptr %6, align 4
  %49 = icmp ult i32 %48, 32
  br i1 %49, label %50, label %55

50:                                               ; preds = %44
  %51 = load i32, ptr %6, align 4
  %52 = ashr i32 3898593, %51
  %53 = and i32 %52, 1
  %54 = icmp ne i32 %53, 0
  br label %55

55:                                               ; preds = %50, %44
  %56 = phi i1 [ false, %44 ], [ %54, %50 ]
  %57 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 2
  %58 = zext i1 %56 to i8
  store i8 %58, ptr %57, align 1
  %59 = load ptr, ptr %8, align 8
  %60 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %59, i32 0, i32 21
  %61 = load i32, ptr %60, align 8
  %62 = getelementptr inbounds nuw %struct.event, ptr %9, i32 0, i32 4
  store i32 %61, ptr %62, align 4
  br label %63

63:                                               ; preds = %55, %24
  %64 = load ptr, ptr %5, align 8
  %65 = load ptr, ptr %8, align 8
  %66 = load ptr, ptr %7, align 8
  %67 = call zeroext i1 @deliver(ptr noundef %64, ptr noundef %9, ptr noundef %65, ptr noundef %66) #8
  store i1 %67, ptr %4, align 1
  store i32 1, ptr %10, align 4
  br label %68

68:                                               ; preds = %63, %23
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  %69 = load i1, ptr %4, align 1
  ret i1 %69
}

; Function Attrs: alwaysinline nounwind
define internal void @stop(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %4, align 8
  %6 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %5, i32 0, i32 9
  %7 = load i64, ptr %6, align 8
  %8 = inttoptr i64 %7 to ptr
  %9 = load ptr, ptr %3, align 8
  %10 = call i32 %8(ptr noundef %9) #8
  ret void
}

; Function Attrs: nounwind
define void @at_syscall(ptr noundef %0, ptr noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = call zeroext i1 @call_system(ptr noundef %5, ptr noundef %6) #8
  br i1 %7, label %8, label %9

8:                                                ; preds = %2
  br label %14

9:                                                ; preds = %2
  %10 = load ptr, ptr %4, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %10, i32 0, i32 12
  store i32 1, ptr %11, align 4
  %12 = load ptr, ptr %3, align 8
  %13 = load ptr, ptr %4, align 8
  call void @stop(ptr noundef %12, ptr noundef %13) #8
  br label %14

14:                                               ; preds = %9, %8
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @call_system(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca i1, align 1
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %9 = load ptr, ptr %4, align 8
  %10 = load ptr, ptr %5, align 8
  %11 = call ptr @save(ptr noundef %9, ptr noundef %10) #8
  store ptr %11, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %12 = load ptr, ptr %6, align 8
  %13 = icmp ne ptr %12, null
  br i1 %13, label %15, label %14

14:                                               ; preds = %2
  store i1 false, ptr %3, align 1
  store i32 1, ptr %8, align 4
  br label %30

15:                                               ; preds = %2
  %16 = load ptr, ptr %4, align 8
  %17 = load ptr, ptr %5, align 8
  %18 = call i64 @read_flags(ptr noundef %16, ptr noundef %17) #8
  store i64 %18, ptr %7, align 8
  %19 = load ptr, ptr %5, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %19, i32 0, i32 14
  %21 = load i64, ptr %20, align 8
  %22 = inttoptr i64 %21 to ptr
  %23 = load ptr, ptr %6, align 8
  %24 = call zeroext i1 @enter_system(ptr noundef %22, ptr noundef %23, ptr noundef %7) #8
  br i1 %24, label %26, label %25

25:                                               ; preds = %15
  store i1 false, ptr %3, align 1
  store i32 1, ptr %8, align 4
  br label %30

26:                                               ; preds = %15
  %27 = load ptr, ptr %4, align 8
  %28 = load ptr, ptr %5, align 8
  %29 = load i64, ptr %7, align 8
  call void @restore(ptr noundef %27, ptr noundef %28, i64 noundef %29) #8
  store i1 true, ptr %3, align 1
  store i32 1, ptr %8, align 4
  br label %30

30:                                               ; preds = %26, %25, %14
  call void @llvm.lifetime.end.p0(ptr %7) #9
  call void @llvm.lifetime.end.p0(ptr %6) #9
  %31 = load i1, ptr %3, align 1
  ret i1 %31
}

; Function Attrs: nounwind
define zeroext i1 @at_rdtsc(ptr noundef %0, ptr noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %7 = load ptr, ptr %4, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %7, i32 0, i32 14
  %9 = load i64, ptr %8, align 8
  %10 = inttoptr i64 %9 to ptr
  store ptr %10, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %11 = load ptr, ptr %5, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %11, i32 0, i32 17
  %13 = load i64, ptr %12, align 8
  %14 = inttoptr i64 %13 to ptr
  %15 = call i64 @clock_now(ptr noundef %14) #8
  store i64 %15, ptr %6, align 8
  %16 = load ptr, ptr %3, align 8
  %17 = load ptr, ptr %5, align 8
  %18 = load i64, ptr %6, align 8
  %19 = trunc i64 %18 to i32
  call void @write_half(ptr noundef %16, ptr noundef %17, i32 noundef 0, i32 noundef %19) #8
  %20 = load ptr, ptr %3, align 8
  %21 = load ptr, ptr %5, align 8
  %22 = load i64, ptr %6, align 8
  %23 = lshr i64 %22, 32
  %24 = trunc i64 %23 to i32
  call void @write_half(ptr noundef %20, ptr noundef %21, i32 noundef 2, i32 noundef %24) #8
  call void @llvm.lifetime.end.p0(ptr %6) #9
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i1 true
}

; Function Attrs: inlinehint nounwind
define internal i64 @clock_now(ptr noundef %0) #4 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  call void @llvm.lifetime.start.p0(ptr %3) #9
  br label %4

4:                                                ; preds = %10, %1
  %5 = load ptr, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = call i64 @ticks(ptr noundef %6) #8
  %8 = call zeroext i1 @lightexit_read_clock(ptr noundef %5, i64 noundef %7, ptr noundef %3) #8
  %9 = xor i1 %8, true
  br i1 %9, label %10, label %11

10:                                               ; preds = %4
  br label %4, !llvm.loop !6

11:                                               ; preds = %4
  %12 = load i64, ptr %3, align 8
  call void @llvm.lifetime.end.p0(ptr %3) #9
  ret i64 %12
}

; Function Attrs: alwaysinline nounwind
define internal void @write_half(ptr noundef %0, ptr noundef %1, i32 noundef %2, i32 noundef %3) #1 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  %8 = alloca i32, align 4
  %9 = alloca ptr, align 8
  %10 = alloca i32, align 4
  %11 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i32 %2, ptr %7, align 4
  store i32 %3, ptr %8, align 4
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %12 = load ptr, ptr %6, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %12, i32 0, i32 0
  %14 = load i64, ptr %13, align 8
  %15 = inttoptr i64 %14 to ptr
  store ptr %15, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %16 = load i32, ptr %7, align 4
  %17 = icmp eq i32 %16, 0
  br i1 %17, label %18, label %22

18:                                               ; preds = %4
  %19 = load ptr, ptr %6, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %19, i32 0, i32 13
  %21 = load i32, ptr %20, align 8
  br label %35

22:                                               ; preds = %4
  %23 = load i32, ptr %7, align 4
  %24 = icmp eq i32 %23, 2
  br i1 %24, label %25, label %29

25:                                               ; preds = %22
  %26 = load ptr, ptr %6, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %26, i32 0, i32 14
  %28 = load i32, ptr %27, align 4
  br label %33

29:                                               ; preds = %22
  %30 = load ptr, ptr %6, align 8
  %31 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %30, i32 0, i32 15
  %32 = load i32, ptr %31, align 8
  br label %33

33:                                               ; preds = %29, %25
  %34 = phi i32 [ %28, %25 ], [ %32, %29 ]
  br label %35

35:                                               ; preds = %33, %18
  %36 = phi i32 [ %21, %18 ], [ %34, %33 ]
  store i32 %36, ptr %10, align 4
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %37 = load i32, ptr %8, align 4
  %38 = zext i32 %37 to i64
  store i64 %38, ptr %11, align 8
  %39 = load ptr, ptr %6, align 8
  %40 = call zeroext i1 @is_inside(ptr noundef %39) #8
  br i1 %40, label %41, label %48

41:                                               ; preds = %35
  %42 = load i64, ptr %11, align 8
  %43 = load ptr, ptr %9, align 8
  %44 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %43, i32 0, i32 1
  %45 = load i32, ptr %7, align 4
  %46 = zext i32 %45 to i64
  %47 = getelementptr inbounds nuw [16 x i64], ptr %44, i64 0, i64 %46
  store i64 %42, ptr %47, align 8
  br label %56

48:                                               ; preds = %35
  %49 = load ptr, ptr %6, align 8
  %50 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %49, i32 0, i32 3
  %51 = load i64, ptr %50, align 8
  %52 = inttoptr i64 %51 to ptr
  %53 = load ptr, ptr %5, align 8
  %54 = load i32, ptr %10, align 4
  %55 = call i32 %52(ptr noundef %53, i32 noundef %54, ptr noundef %11) #8
  br label %56

56:                                               ; preds = %48, %41
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  ret void
}

; Function Attrs: nounwind
define zeroext i1 @at_rdtscp(ptr noundef %0, ptr noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca %struct.anon, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %7 = load ptr, ptr %4, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %7, i32 0, i32 14
  %9 = load i64, ptr %8, align 8
  %10 = inttoptr i64 %9 to ptr
  store ptr %10, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %11 = getelementptr inbounds nuw %struct.anon, ptr %6, i32 0, i32 0
  store i32 -1073741565, ptr %11, align 8
  %12 = getelementptr inbounds nuw %struct.anon, ptr %6, i32 0, i32 1
  store i64 0, ptr %12, align 8
  %13 = load ptr, ptr %4, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %13, i32 0, i32 10
  %15 = load i64, ptr %14, align 8
  %16 = inttoptr i64 %15 to ptr
  %17 = load ptr, ptr %3, align 8
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %18, i32 0, i32 16
  %20 = load i32, ptr %19, align 4
  %21 = call i32 %16(ptr noundef %17, i32 noundef %20, ptr noundef %6) #8
  %22 = load ptr, ptr %3, align 8
  %23 = load ptr, ptr %5, align 8
  %24 = getelementptr inbounds nuw %struct.anon, ptr %6, i32 0, i32 1
  %25 = load i64, ptr %24, align 8
  %26 = trunc i64 %25 to i32
  call void @write_half(ptr noundef %22, ptr noundef %23, i32 noundef 1, i32 noundef %26) #8
  %27 = load ptr, ptr %3, align 8
  %28 = load ptr, ptr %4, align 8
  %29 = call zeroext i1 @at_rdtsc(ptr noundef %27, ptr noundef %28) #8
  call void @llvm.lifetime.end.p0(ptr %6) #9
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i1 %29
}

; Function Attrs: nounwind
define i32 @nothing() #0 {
  ret i32 0
}

; Function Attrs: nounwind
define zeroext i1 @refuse() #0 {
  ret i1 false
}

; Function Attrs: nounwind
define void @at_translated(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #0 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %12 = load ptr, ptr %8, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %12, i32 0, i32 14
  %14 = load i64, ptr %13, align 8
  %15 = inttoptr i64 %14 to ptr
  store ptr %15, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %16 = load ptr, ptr %9, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %16, i32 0, i32 0
  %18 = load i64, ptr %17, align 8
  %19 = inttoptr i64 %18 to ptr
  store ptr %19, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %20 = load ptr, ptr %8, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %20, i32 0, i32 15
  %22 = load i64, ptr %21, align 8
  %23 = inttoptr i64 %22 to ptr
  store ptr %23, ptr %11, align 8
  %24 = load ptr, ptr %9, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %24, i32 0, i32 1
  %26 = load i64, ptr %25, align 8
  %27 = inttoptr i64 %26 to ptr
  %28 = load ptr, ptr %5, align 8
  %29 = load ptr, ptr %9, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %29, i32 0, i32 0
  %31 = load i64, ptr %30, align 8
  %32 = inttoptr i64 %31 to ptr
  %33 = call i32 %27(ptr noundef %28, ptr noundef %32) #8
  %34 = load ptr, ptr %5, align 8
  %35 = load ptr, ptr %9, align 8
  %36 = load ptr, ptr %10, align 8
  %37 = load ptr, ptr %6, align 8
  call void @note_code(ptr noundef %34, ptr noundef %35, ptr noundef %36, ptr noundef %37) #8
  %38 = load ptr, ptr %5, align 8
  %39 = load ptr, ptr %9, align 8
  %40 = load ptr, ptr %10, align 8
  %41 = load ptr, ptr %7, align 8
  call void @note_code(ptr noundef %38, ptr noundef %39, ptr noundef %40, ptr noundef %41) #8
  %42 = load ptr, ptr %9, align 8
  %43 = load ptr, ptr %10, align 8
  %44 = load ptr, ptr %11, align 8
  %45 = load ptr, ptr %6, align 8
  %46 = getelementptr inbounds nuw %struct.translated, ptr %45, i32 0, i32 0
  %47 = load i64, ptr %46, align 8
  %48 = load ptr, ptr %6, align 8
  %49 = getelementptr inbounds nuw %struct.translated, ptr %48, i32 0, i32 2
  %50 = load i16, ptr %49, align 2
  %51 = zext i16 %50 to i64
  call void @find_msrs(ptr noundef %42, ptr noundef %43, ptr noundef %44, i64 noundef %47, i64 noundef %51) #8
  %52 = load ptr, ptr %11, align 8
  %53 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %52, i32 0, i32 5
  store i8 1, ptr %53, align 2
  %54 = load ptr, ptr %11, align 8
  %55 = call zeroext i1 @has_new_places(ptr noundef %54) #8
  %56 = zext i1 %55 to i8
  %57 = load ptr, ptr %8, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %57, i32 0, i32 3
  store i8 %56, ptr %58, align 1
  %59 = load ptr, ptr %8, align 8
  %60 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %59, i32 0, i32 3
  %61 = load i8, ptr %60, align 1
  %62 = zext i8 %61 to i32
  %63 = icmp ne i32 %62, 0
  br i1 %63, label %64, label %72

64:                                               ; preds = %4
  %65 = load ptr, ptr %9, align 8
  %66 = call zeroext i1 @is_inside(ptr noundef %65) #8
  br i1 %66, label %67, label %72

67:                                               ; preds = %64
  %68 = load ptr, ptr %8, align 8
  %69 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %68, i32 0, i32 5
  store i32 1, ptr %69, align 4
  %70 = load ptr, ptr %5, align 8
  %71 = load ptr, ptr %8, align 8
  call void @stop(ptr noundef %70, ptr noundef %71) #8
  br label %72

72:                                               ; preds = %67, %64, %4
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @note_code(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #1 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %10 = load ptr, ptr %8, align 8
  %11 = getelementptr inbounds nuw %struct.translated, ptr %10, i32 0, i32 0
  %12 = load i64, ptr %11, align 8
  %13 = load ptr, ptr %8, align 8
  %14 = getelementptr inbounds nuw %struct.translated, ptr %13, i32 0, i32 2
  %15 = load i16, ptr %14, align 2
  %16 = zext i16 %15 to i64
  %17 = add i64 %12, %16
  %18 = sub i64 %17, 1
  store i64 %18, ptr %9, align 8
  %19 = load ptr, ptr %5, align 8
  %20 = load ptr, ptr %6, align 8
  %21 = load ptr, ptr %7, align 8
  %22 = load ptr, ptr %8, align 8
  %23 = getelementptr inbounds nuw %struct.translated, ptr %22, i32 0, i32 0
  %24 = load i64, ptr %23, align 8
  call void @note_page(ptr noundef %19, ptr noundef %20, ptr noundef %21, i64 noundef %24) #8
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds nuw %struct.translated, ptr %25, i32 0, i32 0
  %27 = load i64, ptr %26, align 8
  %28 = udiv i64 %27, 4096
  %29 = load i64, ptr %9, align 8
  %30 = udiv i64 %29, 4096
  %31 = icmp ne i64 %28, %30
  br i1 %31, label %32, label %37

32:                                               ; preds = %4
  %33 = load ptr, ptr %5, align 8
  %34 = load ptr, ptr %6, align 8
  %35 = load ptr, ptr %7, align 8
  %36 = load i64, ptr %9, align 8
  call void @note_page(ptr noundef %33, ptr noundef %34, ptr noundef %35, i64 noundef %36) #8
  br label %37

37:                                               ; preds = %32, %4
  call void @llvm.lifetime.end.p0(ptr %9) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @find_msrs(ptr noundef %0, ptr noundef %1, ptr noundef %2, i64 noundef %3, i64 noundef %4) #1 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca i8, align 1
  %17 = alloca i8, align 1
  %18 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %19 = load i64, ptr %9, align 8
  %20 = load i64, ptr %10, align 8
  %21 = add i64 %19, %20
  store i64 %21, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  %22 = load i64, ptr %9, align 8
  store i64 %22, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  store i64 0, ptr %13, align 8
  call void @llvm.lifetime.start.p0(ptr %14) #9
  store i64 -1, ptr %14, align 8
  call void @llvm.lifetime.start.p0(ptr %15) #9
  store ptr null, ptr %15, align 8
  call void @llvm.lifetime.start.p0(ptr %16) #9
  store i8 0, ptr %16, align 1
  call void @llvm.lifetime.start.p0(ptr %17) #9
  store i8 0, ptr %17, align 1
  %23 = load ptr, ptr %8, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %23, i32 0, i32 3
  %25 = load i8, ptr %24, align 4
  %26 = icmp ne i8 %25, 0
  br i1 %26, label %27, label %33

27:                                               ; preds = %5
  %28 = load ptr, ptr %7, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %28, i32 0, i32 4
  %30 = load i32, ptr %29, align 8
  %31 = and i32 %30, 3
  %32 = icmp ne i32 %31, 0
  br i1 %32, label %33, label %34

33:                                               ; preds = %27, %5
  store i32 1, ptr %18, align 4
  br label %97

34:                                               ; preds = %27
  br label %35

35:                                               ; preds = %86, %34
  %36 = load i64, ptr %9, align 8
  %37 = load i64, ptr %11, align 8
  %38 = icmp ult i64 %36, %37
  br i1 %38, label %39, label %93

39:                                               ; preds = %35
  %40 = load ptr, ptr %15, align 8
  %41 = icmp ne ptr %40, null
  br i1 %41, label %42, label %46

42:                                               ; preds = %39
  %43 = load i64, ptr %9, align 8
  %44 = urem i64 %43, 4096
  %45 = icmp eq i64 %44, 0
  br i1 %45, label %46, label %51

46:                                               ; preds = %42, %39
  %47 = load ptr, ptr %6, align 8
  %48 = load ptr, ptr %7, align 8
  %49 = load i64, ptr %9, align 8
  %50 = call ptr @memory_at(ptr noundef %47, ptr noundef %48, i64 noundef %49, i32 noundef 1) #8
  store ptr %50, ptr %15, align 8
  br label %51

51:                                               ; preds = %46, %42
  %52 = load ptr, ptr %15, align 8
  %53 = icmp ne ptr %52, null
  br i1 %53, label %55, label %54

54:                                               ; preds = %51
  br label %93

55:                                               ; preds = %51
  %56 = load i8, ptr %16, align 1
  %57 = load i8, ptr %17, align 1
  %58 = load ptr, ptr %15, align 8
  %59 = load i8, ptr %58, align 1
  %60 = call zeroext i1 @is_wanted(i8 noundef zeroext %56, i8 noundef zeroext %57, i8 noundef zeroext %59) #8
  br i1 %60, label %61, label %77

61:                                               ; preds = %55
  %62 = load i64, ptr %14, align 8
  %63 = icmp eq i64 %62, -1
  br i1 %63, label %69, label %64

64:                                               ; preds = %61
  %65 = load i64, ptr %12, align 8
  %66 = load i64, ptr %14, align 8
  %67 = add i64 %66, 32
  %68 = icmp ugt i64 %65, %67
  br i1 %68, label %69, label %74

69:                                               ; preds = %64, %61
  %70 = load ptr, ptr %8, align 8
  %71 = load i64, ptr %13, align 8
  %72 = load i64, ptr %14, align 8
  call void @note_place(ptr noundef %70, i64 noundef %71, i64 noundef %72) #8
  %73 = load i64, ptr %12, align 8
  store i64 %73, ptr %13, align 8
  br label %74

74:                                               ; preds = %69, %64
  %75 = load i64, ptr %9, align 8
  %76 = sub i64 %75, 1
  store i64 %76, ptr %14, align 8
  br label %77

77:                                               ; preds = %74, %55
  %78 = load i8, ptr %17, align 1
  %79 = load ptr, ptr %15, align 8
  %80 = load i8, ptr %79, align 1
  %81 = call zeroext i1 @is_before_last(i8 noundef zeroext %78, i8 noundef zeroext %80) #8
  br i1 %81, label %85, label %82

82:                                               ; preds = %77
  %83 = load i64, ptr %9, align 8
  %84 = add i64 %83, 1
  store i64 %84, ptr %12, align 8
  br label %85

85:                                               ; preds = %82, %77
  br label %86

86:                                               ; preds = %85
  %87 = load i64, ptr %9, align 8
  %88 = add i64 %87, 1
  store i64 %88, ptr %9, align 8
  %89 = load i8, ptr %17, align 1
  store i8 %89, ptr %16, align 1
  %90 = load ptr, ptr %15, align 8
  %91 = getelementptr inbounds nuw i8, ptr %90, i32 1
  store ptr %91, ptr %15, align 8
  %92 = load i8, ptr %90, align 1
  store i8 %92, ptr %17, align 1
  br label %35, !llvm.loop !8

93:                                               ; preds = %54, %35
  %94 = load ptr, ptr %8, align 8
  %95 = load i64, ptr %13, align 8
  %96 = load i64, ptr %14, align 8
  call void @note_place(ptr noundef %94, i64 noundef %95, i64 noundef %96) #8
  store i32 0, ptr %18, align 4
  br label %97

97:                                               ; preds = %93, %33
  call void @llvm.lifetime.end.p0(ptr %17) #9
  call void @llvm.lifetime.end.p0(ptr %16) #9
  call void @llvm.lifetime.end.p0(ptr %15) #9
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  %98 = load i32, ptr %18, align 4
  switch i32 %98, label %100 [
    i32 0, label %99
    i32 1, label %99
  ]

99:                                               ; preds = %97, %97
  ret void

100:                                              ; preds = %97
  unreachable
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @has_new_places(ptr noundef %0) #1 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %3, i32 0, i32 6
  %5 = load i32, ptr %4, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %6, i32 0, i32 7
  %8 = load i32, ptr %7, align 4
  %9 = icmp ugt i32 %5, %8
  br i1 %9, label %16, label %10

10:                                               ; preds = %1
  %11 = load ptr, ptr %2, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %11, i32 0, i32 4
  %13 = load i8, ptr %12, align 1
  %14 = zext i8 %13 to i32
  %15 = icmp ne i32 %14, 0
  br label %16

16:                                               ; preds = %10, %1
  %17 = phi i1 [ true, %1 ], [ %15, %10 ]
  ret i1 %17
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_inside(ptr noundef %0) #1 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %3, i32 0, i32 18
  %5 = load i64, ptr %4, align 8
  %6 = icmp ne i64 %5, 0
  ret i1 %6
}

; Function Attrs: nounwind
define void @at_msr_place(ptr noundef %0, i64 noundef %1, i32 noundef %2, ptr noundef %3) #0 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i32, align 4
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i32 %2, ptr %7, align 4
  store ptr %3, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %10 = load ptr, ptr %8, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %10, i32 0, i32 14
  %12 = load i64, ptr %11, align 8
  %13 = inttoptr i64 %12 to ptr
  store ptr %13, ptr %9, align 8
  %14 = load i32, ptr %7, align 4
  %15 = load ptr, ptr %5, align 8
  %16 = load i64, ptr %6, align 8
  %17 = load ptr, ptr %8, align 8
  call void @do_access(ptr noundef %15, i64 noundef %16, ptr noundef %17) #8
  %18 = load ptr, ptr %9, align 8
  %19 = call zeroext i1 @is_inside(ptr noundef %18) #8
  br i1 %19, label %20, label %26

20:                                               ; preds = %4
  %21 = load ptr, ptr %9, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %21, i32 0, i32 18
  %23 = load i64, ptr %22, align 8
  %24 = inttoptr i64 %23 to ptr
  %25 = load ptr, ptr %5, align 8
  call void %24(ptr noundef %25, i32 noundef 0) #8
  br label %26

26:                                               ; preds = %20, %4
  call void @llvm.lifetime.end.p0(ptr %9) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @do_access(ptr noundef %0, i64 noundef %1, ptr noundef %2) #1 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca %struct.access_code, align 4
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %13 = load ptr, ptr %6, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %13, i32 0, i32 14
  %15 = load i64, ptr %14, align 8
  %16 = inttoptr i64 %15 to ptr
  store ptr %16, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %17 = load ptr, ptr %6, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %17, i32 0, i32 15
  %19 = load i64, ptr %18, align 8
  %20 = inttoptr i64 %19 to ptr
  store ptr %20, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %21 = load ptr, ptr %4, align 8
  %22 = load ptr, ptr %6, align 8
  %23 = call ptr @save(ptr noundef %21, ptr noundef %22) #8
  store ptr %23, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  call void @llvm.memset.p0.i64(ptr align 4 %10, i8 0, i64 8, i1 false)
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %24 = load ptr, ptr %9, align 8
  %25 = icmp ne ptr %24, null
  br i1 %25, label %26, label %49

26:                                               ; preds = %3
  %27 = load ptr, ptr %9, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %27, i32 0, i32 4
  %29 = load i32, ptr %28, align 8
  %30 = and i32 %29, 3
  %31 = icmp ne i32 %30, 0
  br i1 %31, label %49, label %32

32:                                               ; preds = %26
  %33 = load ptr, ptr %9, align 8
  %34 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %33, i32 0, i32 6
  %35 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %34, i64 0, i64 1
  %36 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %35, i32 0, i32 1
  %37 = load i64, ptr %36, align 8
  %38 = load ptr, ptr %9, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %38, i32 0, i32 2
  %40 = load i64, ptr %39, align 8
  %41 = add i64 %37, %40
  %42 = load i64, ptr %5, align 8
  %43 = icmp ne i64 %41, %42
  br i1 %43, label %49, label %44

44:                                               ; preds = %32
  %45 = load ptr, ptr %7, align 8
  %46 = load ptr, ptr %9, align 8
  %47 = load i64, ptr %5, align 8
  %48 = call zeroext i1 @decode(ptr noundef %45, ptr noundef %46, i64 noundef %47, ptr noundef %10) #8
  br i1 %48, label %50, label %49

49:                                               ; preds = %44, %32, %26, %3
  store i32 1, ptr %12, align 4
  br label %113

50:                                               ; preds = %44
  %51 = getelementptr inbounds nuw %struct.access_code, ptr %10, i32 0, i32 2
  %52 = load i8, ptr %51, align 1
  %53 = zext i8 %52 to i32
  %54 = icmp eq i32 %53, 4
  br i1 %54, label %55, label %67

55:                                               ; preds = %50
  %56 = load ptr, ptr %9, align 8
  %57 = load ptr, ptr %9, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %57, i32 0, i32 1
  %59 = getelementptr inbounds nuw %struct.access_code, ptr %10, i32 0, i32 3
  %60 = load i8, ptr %59, align 2
  %61 = zext i8 %60 to i64
  %62 = getelementptr inbounds nuw [16 x i64], ptr %58, i64 0, i64 %61
  %63 = load i64, ptr %62, align 8
  %64 = call zeroext i1 @is_cr4(ptr noundef %56, i64 noundef %63) #8
  %65 = zext i1 %64 to i64
  %66 = select i1 %64, i32 0, i32 2
  store i32 %66, ptr %11, align 4
  br label %89

67:                                               ; preds = %50
  %68 = getelementptr inbounds nuw %struct.access_code, ptr %10, i32 0, i32 2
  %69 = load i8, ptr %68, align 1
  %70 = zext i8 %69 to i32
  %71 = icmp ne i32 %70, 0
  br i1 %71, label %72, label %78

72:                                               ; preds = %67
  %73 = load ptr, ptr %4, align 8
  %74 = load ptr, ptr %6, align 8
  %75 = load ptr, ptr %8, align 8
  %76 = load ptr, ptr %9, align 8
  %77 = call i32 @access_cr8(ptr noundef %73, ptr noundef %74, ptr noundef %75, ptr noundef %76, ptr noundef %10) #8
  br label %87

78:                                               ; preds = %67
  %79 = load ptr, ptr %4, align 8
  %80 = load ptr, ptr %7, align 8
  %81 = load ptr, ptr %8, align 8
  %82 = load ptr, ptr %9, align 8
  %83 = getelementptr inbounds nuw %struct.access_code, ptr %10, i32 0, i32 1
  %84 = load i8, ptr %83, align 4, !range !4, !noundef !5
  %85 = trunc i8 %84 to i1
  %86 = call i32 @access_msr(ptr noundef %79, ptr noundef %80, ptr noundef %81, ptr noundef %82, i1 noundef zeroext %85) #8
  br label %87

87:                                               ; preds = %78, %72
  %88 = phi i32 [ %77, %72 ], [ %86, %78 ]
  store i32 %88, ptr %11, align 4
  br label %89

89:                                               ; preds = %87, %55
  %90 = load i32, ptr %11, align 4
  %91 = icmp eq i32 %90, 1
  br i1 %91, label %92, label %103

92:                                               ; preds = %89
  %93 = load ptr, ptr %4, align 8
  %94 = load ptr, ptr %7, align 8
  %95 = load ptr, ptr %8, align 8
  %96 = load ptr, ptr %9, align 8
  %97 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %96, i32 0, i32 2
  %98 = load i64, ptr %97, align 8
  %99 = getelementptr inbounds nuw %struct.access_code, ptr %10, i32 0, i32 0
  %100 = load i32, ptr %99, align 4
  %101 = zext i32 %100 to i64
  %102 = add i64 %98, %101
  call void @go_to(ptr noundef %93, ptr noundef %94, ptr noundef %95, i64 noundef %102) #8
  br label %112

103:                                              ; preds = %89
  %104 = load i32, ptr %11, align 4
  %105 = icmp eq i32 %104, 2
  br i1 %105, label %106, label %111

106:                                              ; preds = %103
  %107 = load ptr, ptr %4, align 8
  %108 = load ptr, ptr %9, align 8
  %109 = load ptr, ptr %8, align 8
  %110 = load ptr, ptr %6, align 8
  call void @protect(ptr noundef %107, ptr noundef %108, ptr noundef %109, ptr noundef %110) #8
  br label %111

111:                                              ; preds = %106, %103
  br label %112

112:                                              ; preds = %111, %92
  store i32 0, ptr %12, align 4
  br label %113

113:                                              ; preds = %112, %49
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  %114 = load i32, ptr %12, align 4
  switch i32 %114, label %116 [
    i32 0, label %115
    i32 1, label %115
  ]

115:                                              ; preds = %113, %113
  ret void

116:                                              ; preds = %113
  unreachable
}

; Function Attrs: nounwind
define zeroext i1 @at_fill(ptr noundef %0, i64 noundef %1, i32 noundef %2, i32 noundef %3, i32 noundef %4, i1 noundef zeroext %5, i64 noundef %6) #0 {
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca i8, align 1
  %14 = alloca i64, align 8
  %15 = alloca i8, align 1
  %16 = alloca ptr, align 8
  store ptr %0, ptr %8, align 8
  store i64 %1, ptr %9, align 8
  store i32 %2, ptr %10, align 4
  store i32 %3, ptr %11, align 4
  store i32 %4, ptr %12, align 4
  %17 = zext i1 %5 to i8
  store i8 %17, ptr %13, align 1
  store i64 %6, ptr %14, align 8
  call void @llvm.lifetime.start.p0(ptr %15) #9
  %18 = load ptr, ptr %8, align 8
  %19 = call ptr @own_fill(ptr noundef %18) #8
  %20 = load ptr, ptr %8, align 8
  %21 = load i64, ptr %9, align 8
  %22 = load i32, ptr %10, align 4
  %23 = load i32, ptr %11, align 4
  %24 = load i32, ptr %12, align 4
  %25 = load i8, ptr %13, align 1, !range !4, !noundef !5
  %26 = trunc i8 %25 to i1
  %27 = load i64, ptr %14, align 8
  %28 = call zeroext i1 %19(ptr noundef %20, i64 noundef %21, i32 noundef %22, i32 noundef %23, i32 noundef %24, i1 noundef zeroext %26, i64 noundef %27) #8
  %29 = zext i1 %28 to i8
  store i8 %29, ptr %15, align 1
  call void @llvm.lifetime.start.p0(ptr %16) #9
  %30 = load i8, ptr %15, align 1, !range !4, !noundef !5
  %31 = trunc i8 %30 to i1
  br i1 %31, label %32, label %50

32:                                               ; preds = %7
  %33 = load i32, ptr %11, align 4
  %34 = icmp ne i32 %33, 2
  br i1 %34, label %35, label %50

35:                                               ; preds = %32
  %36 = load ptr, ptr %8, align 8
  %37 = load i64, ptr %9, align 8
  %38 = load i32, ptr %12, align 4
  %39 = call ptr @entry_of(ptr noundef %36, i64 noundef %37, i32 noundef %38) #8
  store ptr %39, ptr %16, align 8
  %40 = load ptr, ptr %16, align 8
  %41 = getelementptr inbounds nuw %struct.tlb_entry, ptr %40, i32 0, i32 2
  %42 = load i64, ptr %41, align 8
  %43 = load i64, ptr %9, align 8
  %44 = and i64 %43, -4096
  %45 = icmp eq i64 %42, %44
  br i1 %45, label %46, label %49

46:                                               ; preds = %35
  %47 = load ptr, ptr %16, align 8
  %48 = getelementptr inbounds nuw %struct.tlb_entry, ptr %47, i32 0, i32 2
  store i64 -1, ptr %48, align 8
  br label %49

49:                                               ; preds = %46, %35
  br label %50

50:                                               ; preds = %49, %32, %7
  %51 = load i8, ptr %15, align 1, !range !4, !noundef !5
  %52 = trunc i8 %51 to i1
  call void @llvm.lifetime.end.p0(ptr %16) #9
  call void @llvm.lifetime.end.p0(ptr %15) #9
  ret i1 %52
}

; Function Attrs: alwaysinline nounwind
define internal ptr @own_fill(ptr noundef %0) #1 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call ptr @pointer_at(ptr noundef %3, i32 noundef 33200) #8
  %5 = call ptr @pointer_at(ptr noundef %4, i32 noundef 80) #8
  ret ptr %5
}

; Function Attrs: alwaysinline nounwind
define internal ptr @entry_of(ptr noundef %0, i64 noundef %1, i32 noundef %2) #1 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i32, align 4
  %7 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i32 %2, ptr %6, align 4
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %8 = load ptr, ptr %4, align 8
  %9 = getelementptr inbounds i8, ptr %8, i64 35344
  %10 = load i32, ptr %6, align 4
  %11 = sext i32 %10 to i64
  %12 = getelementptr inbounds %struct.tlb_table, ptr %9, i64 %11
  store ptr %12, ptr %7, align 8
  %13 = load ptr, ptr %7, align 8
  %14 = getelementptr inbounds nuw %struct.tlb_table, ptr %13, i32 0, i32 1
  %15 = load ptr, ptr %14, align 8
  %16 = load i64, ptr %5, align 8
  %17 = udiv i64 %16, 4096
  %18 = mul i64 %17, 64
  %19 = load ptr, ptr %7, align 8
  %20 = getelementptr inbounds nuw %struct.tlb_table, ptr %19, i32 0, i32 0
  %21 = load i64, ptr %20, align 8
  %22 = and i64 %18, %21
  %23 = getelementptr inbounds nuw i8, ptr %15, i64 %22
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret ptr %23
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
define internal zeroext i1 @has_places(ptr noundef %0, i64 noundef %1, i32 noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  %12 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store i32 %2, ptr %8, align 4
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %13 = load ptr, ptr %9, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %13, i32 0, i32 15
  %15 = load i64, ptr %14, align 8
  %16 = inttoptr i64 %15 to ptr
  store ptr %16, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %17 = load ptr, ptr %9, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %17, i32 0, i32 3
  %19 = load i8, ptr %18, align 1
  %20 = icmp ne i8 %19, 0
  br i1 %20, label %22, label %21

21:                                               ; preds = %4
  store i1 false, ptr %5, align 1
  store i32 1, ptr %12, align 4
  br label %50

22:                                               ; preds = %4
  %23 = load ptr, ptr %10, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %23, i32 0, i32 5
  %25 = load i8, ptr %24, align 2
  %26 = zext i8 %25 to i32
  %27 = icmp ne i32 %26, 0
  br i1 %27, label %28, label %29

28:                                               ; preds = %22
  br label %33

29:                                               ; preds = %22
  %30 = load ptr, ptr %6, align 8
  %31 = load ptr, ptr %9, align 8
  %32 = call ptr @save(ptr noundef %30, ptr noundef %31) #8
  br label %33

33:                                               ; preds = %29, %28
  %34 = phi ptr [ null, %28 ], [ %32, %29 ]
  store ptr %34, ptr %11, align 8
  %35 = load ptr, ptr %11, align 8
  %36 = icmp ne ptr %35, null
  br i1 %36, label %37, label %47

37:                                               ; preds = %33
  %38 = load ptr, ptr %9, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %38, i32 0, i32 14
  %40 = load i64, ptr %39, align 8
  %41 = inttoptr i64 %40 to ptr
  %42 = load ptr, ptr %11, align 8
  %43 = load ptr, ptr %10, align 8
  %44 = load i64, ptr %7, align 8
  %45 = load i32, ptr %8, align 4
  %46 = zext i32 %45 to i64
  call void @find_msrs(ptr noundef %41, ptr noundef %42, ptr noundef %43, i64 noundef %44, i64 noundef %46) #8
  br label %47

47:                                               ; preds = %37, %33
  %48 = load ptr, ptr %10, align 8
  %49 = call zeroext i1 @has_new_places(ptr noundef %48) #8
  store i1 %49, ptr %5, align 1
  store i32 1, ptr %12, align 4
  br label %50

50:                                               ; preds = %47, %21
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %51 = load i1, ptr %5, align 1
  ret i1 %51
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @ends_nmi(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca i1, align 1
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i8, align 1
  %8 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #9
  %9 = load ptr, ptr %5, align 8
  %10 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %9, i32 0, i32 2
  %11 = load atomic i8, ptr %10 monotonic, align 2
  store i8 %11, ptr %7, align 1
  %12 = load i8, ptr %7, align 1
  %13 = icmp ne i8 %12, 0
  br i1 %13, label %15, label %14

14:                                               ; preds = %2
  store i1 false, ptr %3, align 1
  store i32 1, ptr %8, align 4
  br label %30

15:                                               ; preds = %2
  %16 = load ptr, ptr %4, align 8
  %17 = load ptr, ptr %5, align 8
  %18 = call ptr @save(ptr noundef %16, ptr noundef %17) #8
  store ptr %18, ptr %6, align 8
  %19 = load ptr, ptr %6, align 8
  %20 = icmp ne ptr %19, null
  br i1 %20, label %21, label %28

21:                                               ; preds = %15
  %22 = load ptr, ptr %6, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %22, i32 0, i32 5
  %24 = load i32, ptr %23, align 4
  %25 = and i32 %24, 4
  %26 = icmp ne i32 %25, 0
  %27 = xor i1 %26, true
  br label %28

28:                                               ; preds = %21, %15
  %29 = phi i1 [ true, %15 ], [ %27, %21 ]
  store i1 %29, ptr %3, align 1
  store i32 1, ptr %8, align 4
  br label %30

30:                                               ; preds = %28, %14
  call void @llvm.lifetime.end.p0(ptr %6) #9
  %31 = load i1, ptr %3, align 1
  ret i1 %31
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_interrupted(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca i1, align 1
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i16, align 2
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  %7 = load ptr, ptr %5, align 8
  %8 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %7, i32 0, i32 1
  %9 = load atomic i16, ptr %8 monotonic, align 4
  store i16 %9, ptr %6, align 2
  %10 = load i16, ptr %6, align 2
  %11 = icmp ne i16 %10, 0
  br i1 %11, label %13, label %12

12:                                               ; preds = %2
  store i1 false, ptr %3, align 1
  br label %37

13:                                               ; preds = %2
  %14 = load ptr, ptr %5, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %14, i32 0, i32 14
  %16 = load i64, ptr %15, align 8
  %17 = inttoptr i64 %16 to ptr
  %18 = call zeroext i1 @is_inside(ptr noundef %17) #8
  br i1 %18, label %19, label %23

19:                                               ; preds = %13
  %20 = load ptr, ptr %4, align 8
  %21 = load ptr, ptr %5, align 8
  %22 = call zeroext i1 @accepts(ptr noundef %20, ptr noundef %21) #8
  store i1 %22, ptr %3, align 1
  br label %37

23:                                               ; preds = %13
  %24 = load ptr, ptr %5, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %24, i32 0, i32 4
  %26 = load i32, ptr %25, align 8
  %27 = icmp ne i32 %26, 0
  br i1 %27, label %28, label %31

28:                                               ; preds = %23
  %29 = load ptr, ptr %5, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %29, i32 0, i32 4
  store i32 0, ptr %30, align 8
  store i1 false, ptr %3, align 1
  br label %37

31:                                               ; preds = %23
  %32 = load ptr, ptr %4, align 8
  %33 = load ptr, ptr %5, align 8
  %34 = call i64 @read_flags(ptr noundef %32, ptr noundef %33) #8
  %35 = and i64 %34, 512
  %36 = icmp ne i64 %35, 0
  store i1 %36, ptr %3, align 1
  br label %37

37:                                               ; preds = %31, %28, %19, %12
  %38 = load i1, ptr %3, align 1
  ret i1 %38
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @accepts(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %6, i32 0, i32 14
  %8 = load i64, ptr %7, align 8
  %9 = inttoptr i64 %8 to ptr
  %10 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %9, i32 0, i32 0
  %11 = load i64, ptr %10, align 8
  %12 = inttoptr i64 %11 to ptr
  store ptr %12, ptr %5, align 8
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %13, i32 0, i32 4
  %15 = load i32, ptr %14, align 8
  %16 = and i32 %15, 8
  %17 = icmp ne i32 %16, 0
  br i1 %17, label %24, label %18

18:                                               ; preds = %2
  %19 = load ptr, ptr %3, align 8
  %20 = load ptr, ptr %4, align 8
  %21 = call i64 @read_flags(ptr noundef %19, ptr noundef %20) #8
  %22 = and i64 %21, 512
  %23 = icmp ne i64 %22, 0
  br label %24

24:                                               ; preds = %18, %2
  %25 = phi i1 [ false, %2 ], [ %23, %18 ]
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i1 %25
}

; Function Attrs: alwaysinline nounwind
define internal i64 @read_flags(ptr noundef %0, ptr noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #9
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %6, i32 0, i32 10
  %8 = load i64, ptr %7, align 8
  %9 = inttoptr i64 %8 to ptr
  store ptr %9, ptr %5, align 8
  %10 = load ptr, ptr %4, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %10, i32 0, i32 13
  store i64 0, ptr %11, align 8
  %12 = load ptr, ptr %5, align 8
  %13 = load ptr, ptr %3, align 8
  %14 = load ptr, ptr %4, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %14, i32 0, i32 11
  %16 = load i32, ptr %15, align 8
  %17 = load ptr, ptr %4, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %17, i32 0, i32 13
  %19 = call i32 %12(ptr noundef %13, i32 noundef %16, ptr noundef %18) #8
  %20 = load ptr, ptr %4, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %20, i32 0, i32 13
  %22 = load i64, ptr %21, align 8
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i64 %22
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @enter(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  %10 = load ptr, ptr %7, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %10, i32 0, i32 11
  %12 = getelementptr inbounds [5 x i64], ptr %11, i64 0, i64 0
  %13 = load i64, ptr %12, align 8
  %14 = and i64 %13, 1
  %15 = icmp ne i64 %14, 0
  br i1 %15, label %22, label %16

16:                                               ; preds = %4
  %17 = load ptr, ptr %6, align 8
  %18 = load ptr, ptr %7, align 8
  %19 = load ptr, ptr %8, align 8
  %20 = load ptr, ptr %9, align 8
  %21 = call zeroext i1 @enter_real(ptr noundef %17, ptr noundef %18, ptr noundef %19, ptr noundef %20) #8
  store i1 %21, ptr %5, align 1
  br label %47

22:                                               ; preds = %4
  %23 = load ptr, ptr %7, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %23, i32 0, i32 11
  %25 = getelementptr inbounds [5 x i64], ptr %24, i64 0, i64 0
  %26 = load i64, ptr %25, align 8
  %27 = and i64 %26, 2147483648
  %28 = icmp ne i64 %27, 0
  br i1 %28, label %29, label %41

29:                                               ; preds = %22
  %30 = load ptr, ptr %7, align 8
  %31 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %30, i32 0, i32 13
  %32 = load i64, ptr %31, align 8
  %33 = and i64 %32, 1024
  %34 = icmp ne i64 %33, 0
  br i1 %34, label %35, label %41

35:                                               ; preds = %29
  %36 = load ptr, ptr %6, align 8
  %37 = load ptr, ptr %7, align 8
  %38 = load ptr, ptr %8, align 8
  %39 = load ptr, ptr %9, align 8
  %40 = call zeroext i1 @enter_long(ptr noundef %36, ptr noundef %37, ptr noundef %38, ptr noundef %39) #8
  store i1 %40, ptr %5, align 1
  br label %47

41:                                               ; preds = %29, %22
  %42 = load ptr, ptr %6, align 8
  %43 = load ptr, ptr %7, align 8
  %44 = load ptr, ptr %8, align 8
  %45 = load ptr, ptr %9, align 8
  %46 = call zeroext i1 @enter_protected(ptr noundef %42, ptr noundef %43, ptr noundef %44, ptr noundef %45) #8
  store i1 %46, ptr %5, align 1
  br label %47

47:                                               ; preds = %41, %35, %16
  %48 = load i1, ptr %5, align 1
  ret i1 %48
}

; Function Attrs: alwaysinline nounwind
define internal void @restore(ptr noundef %0, ptr noundef %1, i64 noundef %2) #1 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %8 = load ptr, ptr %5, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %8, i32 0, i32 14
  %10 = load i64, ptr %9, align 8
  %11 = inttoptr i64 %10 to ptr
  store ptr %11, ptr %7, align 8
  %12 = load ptr, ptr %7, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %12, i32 0, i32 2
  %14 = load i64, ptr %13, align 8
  %15 = inttoptr i64 %14 to ptr
  %16 = load ptr, ptr %4, align 8
  %17 = load ptr, ptr %7, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %17, i32 0, i32 0
  %19 = load i64, ptr %18, align 8
  %20 = inttoptr i64 %19 to ptr
  %21 = call i32 %15(ptr noundef %16, ptr noundef %20) #8
  %22 = load ptr, ptr %7, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %22, i32 0, i32 3
  %24 = load i64, ptr %23, align 8
  %25 = inttoptr i64 %24 to ptr
  %26 = load ptr, ptr %4, align 8
  %27 = load ptr, ptr %5, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %27, i32 0, i32 11
  %29 = load i32, ptr %28, align 8
  %30 = call i32 %25(ptr noundef %26, i32 noundef %29, ptr noundef %6) #8
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @forget_code(ptr noundef %0, ptr noundef %1, ptr noundef %2) #1 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %8 = load ptr, ptr %5, align 8
  %9 = load ptr, ptr %6, align 8
  %10 = load ptr, ptr %5, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %10, i32 0, i32 10
  %12 = load i64, ptr %11, align 8
  %13 = call zeroext i1 @translate(ptr noundef %8, ptr noundef %9, i64 noundef %12, ptr noundef %7) #8
  br i1 %13, label %14, label %42

14:                                               ; preds = %3
  %15 = load i64, ptr %7, align 8
  %16 = icmp ult i64 %15, 4294967296
  br i1 %16, label %17, label %42

17:                                               ; preds = %14
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %18, i32 0, i32 11
  %20 = load i64, ptr %19, align 8
  %21 = inttoptr i64 %20 to ptr
  %22 = load i64, ptr %7, align 8
  %23 = udiv i64 %22, 4096
  %24 = getelementptr inbounds nuw i8, ptr %21, i64 %23
  %25 = load i8, ptr %24, align 1
  %26 = zext i8 %25 to i32
  %27 = icmp ne i32 %26, 0
  br i1 %27, label %28, label %42

28:                                               ; preds = %17
  %29 = load ptr, ptr %5, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %29, i32 0, i32 4
  %31 = load i64, ptr %30, align 8
  %32 = inttoptr i64 %31 to ptr
  %33 = load ptr, ptr %4, align 8
  %34 = load ptr, ptr %5, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %34, i32 0, i32 10
  %36 = load i64, ptr %35, align 8
  %37 = load ptr, ptr %5, align 8
  %38 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %37, i32 0, i32 10
  %39 = load i64, ptr %38, align 8
  %40 = add i64 %39, 48
  %41 = call i32 (ptr, i32, ...) %32(ptr noundef %33, i32 noundef 1207959561, i64 noundef %36, i64 noundef %40) #8
  br label %42

42:                                               ; preds = %28, %17, %14, %3
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @enter_real(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca %struct.frame, align 8
  %12 = alloca %struct.gate, align 8
  %13 = alloca i64, align 8
  %14 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %15 = load ptr, ptr %7, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %15, i32 0, i32 6
  %17 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %16, i64 0, i64 1
  store ptr %17, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %18 = getelementptr inbounds nuw %struct.frame, ptr %11, i32 0, i32 0
  call void @llvm.memset.p0.i64(ptr align 8 %18, i8 0, i64 48, i1 false)
  %19 = getelementptr inbounds nuw %struct.frame, ptr %11, i32 0, i32 1
  store i32 0, ptr %19, align 8
  %20 = getelementptr i8, ptr %11, i64 52
  call void @llvm.memset.p0.i64(ptr align 4 %20, i8 0, i64 4, i1 false)
  %21 = getelementptr inbounds nuw %struct.frame, ptr %11, i32 0, i32 2
  %22 = load ptr, ptr %7, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %22, i32 0, i32 6
  %24 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %23, i64 0, i64 2
  %25 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %24, i32 0, i32 1
  %26 = load i64, ptr %25, align 8
  store i64 %26, ptr %21, align 8
  %27 = getelementptr inbounds nuw %struct.frame, ptr %11, i32 0, i32 3
  %28 = load ptr, ptr %7, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %28, i32 0, i32 1
  %30 = getelementptr inbounds [16 x i64], ptr %29, i64 0, i64 4
  %31 = load i64, ptr %30, align 8
  store i64 %31, ptr %27, align 8
  %32 = getelementptr inbounds nuw %struct.frame, ptr %11, i32 0, i32 4
  store i64 65535, ptr %32, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %12, ptr align 8 @__const.enter_real.gate, i64 24, i1 false)
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %33 = load ptr, ptr %6, align 8
  %34 = load ptr, ptr %7, align 8
  %35 = load ptr, ptr %8, align 8
  %36 = getelementptr inbounds nuw %struct.event, ptr %35, i32 0, i32 0
  %37 = load i32, ptr %36, align 4
  %38 = call zeroext i1 @find_entry(ptr noundef %33, ptr noundef %34, i32 noundef %37, i32 noundef 4, ptr noundef %13) #8
  br i1 %38, label %40, label %39

39:                                               ; preds = %4
  store i1 false, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %74

40:                                               ; preds = %4
  %41 = load i64, ptr %13, align 8
  %42 = and i64 %41, 65535
  %43 = getelementptr inbounds nuw %struct.gate, ptr %12, i32 0, i32 1
  store i64 %42, ptr %43, align 8
  %44 = load ptr, ptr %9, align 8
  %45 = load i64, ptr %44, align 8
  call void @add_item(ptr noundef %11, i64 noundef %45) #8
  %46 = load ptr, ptr %10, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %46, i32 0, i32 0
  %48 = load i32, ptr %47, align 8
  %49 = zext i32 %48 to i64
  call void @add_item(ptr noundef %11, i64 noundef %49) #8
  %50 = load ptr, ptr %7, align 8
  %51 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %50, i32 0, i32 2
  %52 = load i64, ptr %51, align 8
  call void @add_item(ptr noundef %11, i64 noundef %52) #8
  %53 = load ptr, ptr %6, align 8
  %54 = load ptr, ptr %7, align 8
  %55 = call zeroext i1 @push_items(ptr noundef %53, ptr noundef %54, ptr noundef %11, i32 noundef 2) #8
  br i1 %55, label %57, label %56

56:                                               ; preds = %40
  store i1 false, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %74

57:                                               ; preds = %40
  %58 = load i64, ptr %13, align 8
  %59 = lshr i64 %58, 16
  %60 = trunc i64 %59 to i32
  %61 = load ptr, ptr %10, align 8
  %62 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %61, i32 0, i32 0
  store i32 %60, ptr %62, align 8
  %63 = load ptr, ptr %10, align 8
  %64 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %63, i32 0, i32 0
  %65 = load i32, ptr %64, align 8
  %66 = shl i32 %65, 4
  %67 = zext i32 %66 to i64
  %68 = load ptr, ptr %10, align 8
  %69 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %68, i32 0, i32 1
  store i64 %67, ptr %69, align 8
  %70 = load ptr, ptr %7, align 8
  %71 = getelementptr inbounds nuw %struct.frame, ptr %11, i32 0, i32 3
  %72 = load i64, ptr %71, align 8
  %73 = load ptr, ptr %9, align 8
  call void @go_on_at(ptr noundef %70, ptr noundef %12, i64 noundef %72, ptr noundef %73) #8
  store i1 true, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %74

74:                                               ; preds = %57, %56, %39
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %75 = load i1, ptr %5, align 1
  ret i1 %75
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @enter_long(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i32, align 4
  %11 = alloca i32, align 4
  %12 = alloca %struct.frame, align 8
  %13 = alloca %struct.gate, align 8
  %14 = alloca i32, align 4
  %15 = alloca %struct.lightexit_segment, align 8
  %16 = alloca %struct.lightexit_segment, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %17 = load ptr, ptr %7, align 8
  %18 = call i32 @ring_of(ptr noundef %17) #8
  store i32 %18, ptr %10, align 4
  call void @llvm.lifetime.start.p0(ptr %11) #9
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.memset.p0.i64(ptr align 8 %12, i8 0, i64 80, i1 false)
  %19 = getelementptr inbounds { [6 x i64], i32, [4 x i8], i64, i64, i64 }, ptr %12, i32 0, i32 5
  store i64 -1, ptr %19, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %20 = load ptr, ptr %6, align 8
  %21 = load ptr, ptr %7, align 8
  %22 = load ptr, ptr %8, align 8
  %23 = call zeroext i1 @find_long_gate(ptr noundef %20, ptr noundef %21, ptr noundef %22, ptr noundef %13, ptr noundef %11) #8
  br i1 %23, label %24, label %50

24:                                               ; preds = %4
  %25 = load i32, ptr %10, align 4
  %26 = load ptr, ptr %7, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %26, i32 0, i32 4
  %28 = load i32, ptr %27, align 8
  %29 = and i32 %28, 3
  %30 = icmp ne i32 %25, %29
  br i1 %30, label %50, label %31

31:                                               ; preds = %24
  %32 = load i32, ptr %10, align 4
  %33 = icmp ne i32 %32, 0
  br i1 %33, label %44, label %34

34:                                               ; preds = %31
  %35 = getelementptr inbounds nuw %struct.gate, ptr %13, i32 0, i32 0
  %36 = load i16, ptr %35, align 8
  %37 = zext i16 %36 to i32
  %38 = load ptr, ptr %7, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %38, i32 0, i32 6
  %40 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %39, i64 0, i64 1
  %41 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %40, i32 0, i32 0
  %42 = load i32, ptr %41, align 8
  %43 = icmp ne i32 %37, %42
  br i1 %43, label %50, label %44

44:                                               ; preds = %34, %31
  %45 = load ptr, ptr %6, align 8
  %46 = load ptr, ptr %7, align 8
  %47 = load i32, ptr %11, align 4
  %48 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 3
  %49 = call zeroext i1 @find_top(ptr noundef %45, ptr noundef %46, i32 noundef %47, ptr noundef %48) #8
  br i1 %49, label %51, label %50

50:                                               ; preds = %44, %34, %24, %4
  store i1 false, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %88

51:                                               ; preds = %44
  %52 = load ptr, ptr %7, align 8
  %53 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %52, i32 0, i32 6
  %54 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %53, i64 0, i64 2
  %55 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %54, i32 0, i32 0
  %56 = load i32, ptr %55, align 8
  %57 = zext i32 %56 to i64
  call void @add_item(ptr noundef %12, i64 noundef %57) #8
  %58 = load ptr, ptr %7, align 8
  %59 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %58, i32 0, i32 1
  %60 = getelementptr inbounds [16 x i64], ptr %59, i64 0, i64 4
  %61 = load i64, ptr %60, align 8
  call void @add_item(ptr noundef %12, i64 noundef %61) #8
  %62 = load ptr, ptr %6, align 8
  %63 = load ptr, ptr %7, align 8
  %64 = load ptr, ptr %8, align 8
  %65 = load ptr, ptr %9, align 8
  %66 = load i64, ptr %65, align 8
  %67 = call zeroext i1 @push_protected(ptr noundef %62, ptr noundef %63, ptr noundef %64, ptr noundef %12, i64 noundef %66, i32 noundef 8) #8
  br i1 %67, label %69, label %68

68:                                               ; preds = %51
  store i1 false, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %88

69:                                               ; preds = %51
  %70 = load i32, ptr %10, align 4
  %71 = icmp ne i32 %70, 0
  br i1 %71, label %72, label %83

72:                                               ; preds = %69
  %73 = load ptr, ptr %7, align 8
  %74 = getelementptr inbounds nuw %struct.gate, ptr %13, i32 0, i32 0
  %75 = load i16, ptr %74, align 8
  %76 = zext i16 %75 to i32
  %77 = and i32 %76, -4
  %78 = trunc i32 %77 to i16
  call void @flat(ptr dead_on_unwind writable sret(%struct.lightexit_segment) align 8 %15, i16 noundef zeroext %78, i32 noundef 11508480) #8
  call void @llvm.memset.p0.i64(ptr align 8 %16, i8 0, i64 24, i1 false)
  %79 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %16, i32 0, i32 0
  %80 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %16, i32 0, i32 1
  %81 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %16, i32 0, i32 2
  %82 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %16, i32 0, i32 3
  call void @enter_ring(ptr noundef %73, ptr noundef byval(%struct.lightexit_segment) align 8 %15, ptr noundef byval(%struct.lightexit_segment) align 8 %16, i32 noundef 0) #8
  br label %83

83:                                               ; preds = %72, %69
  %84 = load ptr, ptr %7, align 8
  %85 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 3
  %86 = load i64, ptr %85, align 8
  %87 = load ptr, ptr %9, align 8
  call void @go_on_at(ptr noundef %84, ptr noundef %13, i64 noundef %86, ptr noundef %87) #8
  store i1 true, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %88

88:                                               ; preds = %83, %68, %50
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %89 = load i1, ptr %5, align 1
  ret i1 %89
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @enter_protected(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca %struct.lightexit_segment, align 8
  %11 = alloca %struct.lightexit_segment, align 8
  %12 = alloca %struct.frame, align 8
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca %struct.gate, align 8
  %16 = alloca i8, align 1
  %17 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %18 = load ptr, ptr %7, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %18, i32 0, i32 6
  %20 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %19, i64 0, i64 2
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %11, ptr align 8 %20, i64 24, i1 false)
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.memset.p0.i64(ptr align 8 %12, i8 0, i64 80, i1 false)
  %21 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 0
  %22 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 1
  %23 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 2
  %24 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 3
  %25 = load ptr, ptr %7, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %25, i32 0, i32 1
  %27 = getelementptr inbounds [16 x i64], ptr %26, i64 0, i64 4
  %28 = load i64, ptr %27, align 8
  store i64 %28, ptr %24, align 8
  %29 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 4
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %30 = load ptr, ptr %7, align 8
  %31 = call i32 @ring_of(ptr noundef %30) #8
  store i32 %31, ptr %13, align 4
  call void @llvm.lifetime.start.p0(ptr %14) #9
  %32 = load i32, ptr %13, align 4
  store i32 %32, ptr %14, align 4
  call void @llvm.lifetime.start.p0(ptr %15) #9
  call void @llvm.lifetime.start.p0(ptr %16) #9
  %33 = load ptr, ptr %9, align 8
  %34 = load i64, ptr %33, align 8
  %35 = and i64 %34, 131072
  %36 = icmp ne i64 %35, 0
  br i1 %36, label %60, label %37

37:                                               ; preds = %4
  %38 = load i32, ptr %13, align 4
  %39 = load ptr, ptr %7, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %39, i32 0, i32 4
  %41 = load i32, ptr %40, align 8
  %42 = and i32 %41, 3
  %43 = icmp ne i32 %38, %42
  br i1 %43, label %60, label %44

44:                                               ; preds = %37
  %45 = load ptr, ptr %6, align 8
  %46 = load ptr, ptr %7, align 8
  %47 = load ptr, ptr %8, align 8
  %48 = call zeroext i1 @find_gate(ptr noundef %45, ptr noundef %46, ptr noundef %47, ptr noundef %15) #8
  br i1 %48, label %49, label %60

49:                                               ; preds = %44
  %50 = load ptr, ptr %6, align 8
  %51 = load ptr, ptr %7, align 8
  %52 = getelementptr inbounds nuw %struct.gate, ptr %15, i32 0, i32 0
  %53 = load i16, ptr %52, align 8
  %54 = call zeroext i1 @find_segment(ptr noundef %50, ptr noundef %51, i16 noundef zeroext %53, ptr noundef %10) #8
  br i1 %54, label %55, label %60

55:                                               ; preds = %49
  %56 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %10, i32 0, i32 3
  %57 = load i32, ptr %56, align 4
  %58 = and i32 %57, 2048
  %59 = icmp ne i32 %58, 0
  br i1 %59, label %61, label %60

60:                                               ; preds = %55, %49, %44, %37, %4
  store i1 false, ptr %5, align 1
  store i32 1, ptr %17, align 4
  br label %155

61:                                               ; preds = %55
  %62 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %10, i32 0, i32 3
  %63 = load i32, ptr %62, align 4
  %64 = and i32 %63, 1024
  %65 = icmp ne i32 %64, 0
  br i1 %65, label %68, label %66

66:                                               ; preds = %61
  %67 = call i32 @privilege_of(ptr noundef %10) #8
  store i32 %67, ptr %14, align 4
  br label %68

68:                                               ; preds = %66, %61
  %69 = load ptr, ptr %7, align 8
  %70 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %69, i32 0, i32 4
  %71 = load i32, ptr %70, align 8
  %72 = and i32 %71, 32
  %73 = icmp ne i32 %72, 0
  %74 = zext i1 %73 to i8
  store i8 %74, ptr %16, align 1
  %75 = load i32, ptr %14, align 4
  %76 = load i32, ptr %13, align 4
  %77 = icmp ult i32 %75, %76
  br i1 %77, label %78, label %101

78:                                               ; preds = %68
  %79 = load ptr, ptr %6, align 8
  %80 = load ptr, ptr %7, align 8
  %81 = load i32, ptr %14, align 4
  %82 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 3
  %83 = call zeroext i1 @find_stack(ptr noundef %79, ptr noundef %80, i32 noundef %81, ptr noundef %11, ptr noundef %82) #8
  br i1 %83, label %85, label %84

84:                                               ; preds = %78
  store i1 false, ptr %5, align 1
  store i32 1, ptr %17, align 4
  br label %155

85:                                               ; preds = %78
  %86 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %11, i32 0, i32 3
  %87 = load i32, ptr %86, align 4
  %88 = and i32 %87, 4194304
  %89 = icmp ne i32 %88, 0
  %90 = zext i1 %89 to i8
  store i8 %90, ptr %16, align 1
  %91 = load ptr, ptr %7, align 8
  %92 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %91, i32 0, i32 6
  %93 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %92, i64 0, i64 2
  %94 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %93, i32 0, i32 0
  %95 = load i32, ptr %94, align 8
  %96 = zext i32 %95 to i64
  call void @add_item(ptr noundef %12, i64 noundef %96) #8
  %97 = load ptr, ptr %7, align 8
  %98 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %97, i32 0, i32 1
  %99 = getelementptr inbounds [16 x i64], ptr %98, i64 0, i64 4
  %100 = load i64, ptr %99, align 8
  call void @add_item(ptr noundef %12, i64 noundef %100) #8
  br label %117

101:                                              ; preds = %68
  %102 = load i32, ptr %14, align 4
  %103 = load i32, ptr %13, align 4
  %104 = icmp ugt i32 %102, %103
  br i1 %104, label %115, label %105

105:                                              ; preds = %101
  %106 = getelementptr inbounds nuw %struct.gate, ptr %15, i32 0, i32 0
  %107 = load i16, ptr %106, align 8
  %108 = zext i16 %107 to i32
  %109 = load ptr, ptr %7, align 8
  %110 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %109, i32 0, i32 6
  %111 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %110, i64 0, i64 1
  %112 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %111, i32 0, i32 0
  %113 = load i32, ptr %112, align 8
  %114 = icmp ne i32 %108, %113
  br i1 %114, label %115, label %116

115:                                              ; preds = %105, %101
  store i1 false, ptr %5, align 1
  store i32 1, ptr %17, align 4
  br label %155

116:                                              ; preds = %105
  br label %117

117:                                              ; preds = %116, %85
  %118 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %11, i32 0, i32 1
  %119 = load i64, ptr %118, align 8
  %120 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 2
  store i64 %119, ptr %120, align 8
  %121 = load i8, ptr %16, align 1, !range !4, !noundef !5
  %122 = trunc i8 %121 to i1
  %123 = zext i1 %122 to i64
  %124 = select i1 %122, i32 -1, i32 65535
  %125 = zext i32 %124 to i64
  %126 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 4
  store i64 %125, ptr %126, align 8
  %127 = load ptr, ptr %6, align 8
  %128 = load ptr, ptr %7, align 8
  %129 = load ptr, ptr %8, align 8
  %130 = load ptr, ptr %9, align 8
  %131 = load i64, ptr %130, align 8
  %132 = getelementptr inbounds nuw %struct.gate, ptr %15, i32 0, i32 2
  %133 = load i32, ptr %132, align 8
  %134 = call zeroext i1 @push_protected(ptr noundef %127, ptr noundef %128, ptr noundef %129, ptr noundef %12, i64 noundef %131, i32 noundef %133) #8
  br i1 %134, label %136, label %135

135:                                              ; preds = %117
  store i1 false, ptr %5, align 1
  store i32 1, ptr %17, align 4
  br label %155

136:                                              ; preds = %117
  %137 = getelementptr inbounds nuw %struct.gate, ptr %15, i32 0, i32 0
  %138 = load i16, ptr %137, align 8
  %139 = zext i16 %138 to i32
  %140 = and i32 %139, -4
  %141 = load i32, ptr %14, align 4
  %142 = or i32 %140, %141
  %143 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %10, i32 0, i32 0
  store i32 %142, ptr %143, align 8
  %144 = load i32, ptr %14, align 4
  %145 = load i32, ptr %13, align 4
  %146 = icmp ult i32 %144, %145
  br i1 %146, label %147, label %150

147:                                              ; preds = %136
  %148 = load ptr, ptr %7, align 8
  %149 = load i32, ptr %14, align 4
  call void @enter_ring(ptr noundef %148, ptr noundef byval(%struct.lightexit_segment) align 8 %10, ptr noundef byval(%struct.lightexit_segment) align 8 %11, i32 noundef %149) #8
  br label %150

150:                                              ; preds = %147, %136
  %151 = load ptr, ptr %7, align 8
  %152 = getelementptr inbounds nuw %struct.frame, ptr %12, i32 0, i32 3
  %153 = load i64, ptr %152, align 8
  %154 = load ptr, ptr %9, align 8
  call void @go_on_at(ptr noundef %151, ptr noundef %15, i64 noundef %153, ptr noundef %154) #8
  store i1 true, ptr %5, align 1
  store i32 1, ptr %17, align 4
  br label %155

155:                                              ; preds = %150, %135, %115, %84, %60
  call void @llvm.lifetime.end.p0(ptr %16) #9
  call void @llvm.lifetime.end.p0(ptr %15) #9
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %156 = load i1, ptr %5, align 1
  ret i1 %156
}

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: readwrite)
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #5

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @find_entry(ptr noundef %0, ptr noundef %1, i32 noundef %2, i32 noundef %3, ptr noundef %4) #1 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i32, align 4
  %9 = alloca i32, align 4
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i32 %2, ptr %8, align 4
  store i32 %3, ptr %9, align 4
  store ptr %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %12 = load i32, ptr %8, align 4
  %13 = load i32, ptr %9, align 4
  %14 = mul i32 %12, %13
  store i32 %14, ptr %11, align 4
  %15 = load i32, ptr %11, align 4
  %16 = load i32, ptr %9, align 4
  %17 = add i32 %15, %16
  %18 = sub i32 %17, 1
  %19 = load ptr, ptr %7, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %19, i32 0, i32 10
  %21 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %20, i32 0, i32 2
  %22 = load i32, ptr %21, align 8
  %23 = icmp ule i32 %18, %22
  br i1 %23, label %24, label %43

24:                                               ; preds = %5
  %25 = load ptr, ptr %6, align 8
  %26 = load ptr, ptr %7, align 8
  %27 = load ptr, ptr %7, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %27, i32 0, i32 10
  %29 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %28, i32 0, i32 1
  %30 = load i64, ptr %29, align 8
  %31 = load i32, ptr %11, align 4
  %32 = zext i32 %31 to i64
  %33 = add i64 %30, %32
  %34 = load i32, ptr %9, align 4
  %35 = icmp ult i32 %34, 8
  br i1 %35, label %36, label %38

36:                                               ; preds = %24
  %37 = load i32, ptr %9, align 4
  br label %39

38:                                               ; preds = %24
  br label %39

39:                                               ; preds = %38, %36
  %40 = phi i32 [ %37, %36 ], [ 8, %38 ]
  %41 = load ptr, ptr %10, align 8
  %42 = call zeroext i1 @load_at(ptr noundef %25, ptr noundef %26, i64 noundef %33, i32 noundef %40, ptr noundef %41) #8
  br label %43

43:                                               ; preds = %39, %5
  %44 = phi i1 [ false, %5 ], [ %42, %39 ]
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret i1 %44
}

; Function Attrs: alwaysinline nounwind
define internal void @add_item(ptr noundef %0, i64 noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load i64, ptr %4, align 8
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.frame, ptr %6, i32 0, i32 0
  %8 = load ptr, ptr %3, align 8
  %9 = getelementptr inbounds nuw %struct.frame, ptr %8, i32 0, i32 1
  %10 = load i32, ptr %9, align 8
  %11 = add i32 %10, 1
  store i32 %11, ptr %9, align 8
  %12 = zext i32 %10 to i64
  %13 = getelementptr inbounds nuw [6 x i64], ptr %7, i64 0, i64 %12
  store i64 %5, ptr %13, align 8
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @push_items(ptr noundef %0, ptr noundef %1, ptr noundef %2, i32 noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  %10 = alloca i64, align 8
  %11 = alloca ptr, align 8
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store i32 %3, ptr %9, align 4
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %14 = load ptr, ptr %8, align 8
  %15 = getelementptr inbounds nuw %struct.frame, ptr %14, i32 0, i32 3
  %16 = load i64, ptr %15, align 8
  store i64 %16, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  call void @llvm.lifetime.start.p0(ptr %12) #9
  store i32 0, ptr %12, align 4
  br label %17

17:                                               ; preds = %53, %4
  %18 = load i32, ptr %12, align 4
  %19 = load ptr, ptr %8, align 8
  %20 = getelementptr inbounds nuw %struct.frame, ptr %19, i32 0, i32 1
  %21 = load i32, ptr %20, align 8
  %22 = icmp ult i32 %18, %21
  br i1 %22, label %23, label %56

23:                                               ; preds = %17
  %24 = load i64, ptr %10, align 8
  %25 = load i32, ptr %9, align 4
  %26 = zext i32 %25 to i64
  %27 = sub i64 %24, %26
  %28 = load ptr, ptr %8, align 8
  %29 = getelementptr inbounds nuw %struct.frame, ptr %28, i32 0, i32 4
  %30 = load i64, ptr %29, align 8
  %31 = and i64 %27, %30
  store i64 %31, ptr %10, align 8
  %32 = load ptr, ptr %6, align 8
  %33 = load ptr, ptr %7, align 8
  %34 = load ptr, ptr %8, align 8
  %35 = getelementptr inbounds nuw %struct.frame, ptr %34, i32 0, i32 2
  %36 = load i64, ptr %35, align 8
  %37 = load i64, ptr %10, align 8
  %38 = add i64 %36, %37
  %39 = load i32, ptr %9, align 4
  %40 = call ptr @memory_at(ptr noundef %32, ptr noundef %33, i64 noundef %38, i32 noundef %39) #8
  store ptr %40, ptr %11, align 8
  %41 = load ptr, ptr %11, align 8
  %42 = icmp ne ptr %41, null
  br i1 %42, label %44, label %43

43:                                               ; preds = %23
  store i1 false, ptr %5, align 1
  store i32 1, ptr %13, align 4
  br label %76

44:                                               ; preds = %23
  %45 = load ptr, ptr %11, align 8
  %46 = load ptr, ptr %8, align 8
  %47 = getelementptr inbounds nuw %struct.frame, ptr %46, i32 0, i32 0
  %48 = load i32, ptr %12, align 4
  %49 = zext i32 %48 to i64
  %50 = getelementptr inbounds nuw [6 x i64], ptr %47, i64 0, i64 %49
  %51 = load i64, ptr %50, align 8
  %52 = load i32, ptr %9, align 4
  call void @store_le(ptr noundef %45, i64 noundef %51, i32 noundef %52) #8
  br label %53

53:                                               ; preds = %44
  %54 = load i32, ptr %12, align 4
  %55 = add i32 %54, 1
  store i32 %55, ptr %12, align 4
  br label %17, !llvm.loop !9

56:                                               ; preds = %17
  %57 = load ptr, ptr %8, align 8
  %58 = getelementptr inbounds nuw %struct.frame, ptr %57, i32 0, i32 3
  %59 = load i64, ptr %58, align 8
  %60 = load ptr, ptr %8, align 8
  %61 = getelementptr inbounds nuw %struct.frame, ptr %60, i32 0, i32 4
  %62 = load i64, ptr %61, align 8
  %63 = xor i64 %62, -1
  %64 = and i64 %59, %63
  %65 = load i64, ptr %10, align 8
  %66 = or i64 %64, %65
  %67 = load ptr, ptr %8, align 8
  %68 = getelementptr inbounds nuw %struct.frame, ptr %67, i32 0, i32 3
  store i64 %66, ptr %68, align 8
  %69 = load ptr, ptr %8, align 8
  %70 = getelementptr inbounds nuw %struct.frame, ptr %69, i32 0, i32 2
  %71 = load i64, ptr %70, align 8
  %72 = load i64, ptr %10, align 8
  %73 = add i64 %71, %72
  %74 = load ptr, ptr %6, align 8
  %75 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %74, i32 0, i32 10
  store i64 %73, ptr %75, align 8
  store i1 true, ptr %5, align 1
  store i32 1, ptr %13, align 4
  br label %76

76:                                               ; preds = %56, %43
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %77 = load i1, ptr %5, align 1
  ret i1 %77
}

; Function Attrs: alwaysinline nounwind
define internal void @go_on_at(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef %3) #1 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %9 = load i64, ptr %7, align 8
  %10 = load ptr, ptr %5, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %10, i32 0, i32 1
  %12 = getelementptr inbounds [16 x i64], ptr %11, i64 0, i64 4
  store i64 %9, ptr %12, align 8
  %13 = load ptr, ptr %6, align 8
  %14 = getelementptr inbounds nuw %struct.gate, ptr %13, i32 0, i32 1
  %15 = load i64, ptr %14, align 8
  %16 = load ptr, ptr %5, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %16, i32 0, i32 2
  store i64 %15, ptr %17, align 8
  %18 = load ptr, ptr %8, align 8
  %19 = load i64, ptr %18, align 8
  %20 = and i64 %19, -344321
  store i64 %20, ptr %18, align 8
  %21 = load ptr, ptr %6, align 8
  %22 = getelementptr inbounds nuw %struct.gate, ptr %21, i32 0, i32 3
  %23 = load i8, ptr %22, align 4, !range !4, !noundef !5
  %24 = trunc i8 %23 to i1
  br i1 %24, label %25, label %29

25:                                               ; preds = %4
  %26 = load ptr, ptr %8, align 8
  %27 = load i64, ptr %26, align 8
  %28 = and i64 %27, -513
  store i64 %28, ptr %26, align 8
  br label %29

29:                                               ; preds = %25, %4
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @load_at(ptr noundef %0, ptr noundef %1, i64 noundef %2, i32 noundef %3, ptr noundef %4) #1 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i32, align 4
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i32 %3, ptr %9, align 4
  store ptr %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %12 = load ptr, ptr %6, align 8
  %13 = load ptr, ptr %7, align 8
  %14 = load i64, ptr %8, align 8
  %15 = load i32, ptr %9, align 4
  %16 = call ptr @memory_at(ptr noundef %12, ptr noundef %13, i64 noundef %14, i32 noundef %15) #8
  store ptr %16, ptr %11, align 8
  %17 = load ptr, ptr %11, align 8
  %18 = icmp ne ptr %17, null
  br i1 %18, label %19, label %24

19:                                               ; preds = %5
  %20 = load ptr, ptr %11, align 8
  %21 = load i32, ptr %9, align 4
  %22 = call i64 @load_le(ptr noundef %20, i32 noundef %21) #8
  %23 = load ptr, ptr %10, align 8
  store i64 %22, ptr %23, align 8
  br label %24

24:                                               ; preds = %19, %5
  %25 = load ptr, ptr %11, align 8
  %26 = icmp ne ptr %25, null
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret i1 %26
}

; Function Attrs: alwaysinline nounwind
define internal ptr @memory_at(ptr noundef %0, ptr noundef %1, i64 noundef %2, i32 noundef %3) #1 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i32, align 4
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i32 %3, ptr %9, align 4
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %12 = load i64, ptr %8, align 8
  %13 = urem i64 %12, 4096
  %14 = load i32, ptr %9, align 4
  %15 = zext i32 %14 to i64
  %16 = add i64 %13, %15
  %17 = icmp ugt i64 %16, 4096
  br i1 %17, label %23, label %18

18:                                               ; preds = %4
  %19 = load ptr, ptr %6, align 8
  %20 = load ptr, ptr %7, align 8
  %21 = load i64, ptr %8, align 8
  %22 = call zeroext i1 @translate(ptr noundef %19, ptr noundef %20, i64 noundef %21, ptr noundef %10) #8
  br i1 %22, label %24, label %23

23:                                               ; preds = %18, %4
  store ptr null, ptr %5, align 8
  store i32 1, ptr %11, align 4
  br label %30

24:                                               ; preds = %18
  %25 = load ptr, ptr %6, align 8
  %26 = load i64, ptr %10, align 8
  %27 = load i32, ptr %9, align 4
  %28 = zext i32 %27 to i64
  %29 = call ptr @host_of(ptr noundef %25, i64 noundef %26, i64 noundef %28) #8
  store ptr %29, ptr %5, align 8
  store i32 1, ptr %11, align 4
  br label %30

30:                                               ; preds = %24, %23
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %31 = load ptr, ptr %5, align 8
  ret ptr %31
}

; Function Attrs: alwaysinline nounwind
define internal i64 @load_le(ptr noundef %0, i32 noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #9
  store i64 0, ptr %5, align 8
  br label %6

6:                                                ; preds = %10, %2
  %7 = load i32, ptr %4, align 4
  %8 = add i32 %7, -1
  store i32 %8, ptr %4, align 4
  %9 = icmp ne i32 %7, 0
  br i1 %9, label %10, label %20

10:                                               ; preds = %6
  %11 = load i64, ptr %5, align 8
  %12 = shl i64 %11, 8
  %13 = load ptr, ptr %3, align 8
  %14 = load i32, ptr %4, align 4
  %15 = zext i32 %14 to i64
  %16 = getelementptr inbounds nuw i8, ptr %13, i64 %15
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = or i64 %12, %18
  store i64 %19, ptr %5, align 8
  br label %6, !llvm.loop !10

20:                                               ; preds = %6
  %21 = load i64, ptr %5, align 8
  call void @llvm.lifetime.end.p0(ptr %5) #9
  ret i64 %21
}

; Function Attrs: noinline nounwind
define internal zeroext i1 @translate(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef %3) #6 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca %struct.walk, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %15 = load ptr, ptr %7, align 8
  call void @walk_of(ptr dead_on_unwind writable sret(%struct.walk) align 8 %10, ptr noundef %15) #8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %16 = load ptr, ptr %7, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %16, i32 0, i32 11
  %18 = getelementptr inbounds [5 x i64], ptr %17, i64 0, i64 0
  %19 = load i64, ptr %18, align 8
  %20 = and i64 %19, 2147483648
  %21 = icmp ne i64 %20, 0
  br i1 %21, label %27, label %22

22:                                               ; preds = %4
  %23 = load i64, ptr %8, align 8
  %24 = trunc i64 %23 to i32
  %25 = zext i32 %24 to i64
  %26 = load ptr, ptr %9, align 8
  store i64 %25, ptr %26, align 8
  store i1 true, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %105

27:                                               ; preds = %4
  br label %28

28:                                               ; preds = %83, %27
  %29 = load ptr, ptr %6, align 8
  %30 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 0
  %31 = load i64, ptr %30, align 8
  %32 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 1
  %33 = load i32, ptr %32, align 8
  %34 = zext i32 %33 to i64
  %35 = load i64, ptr %8, align 8
  %36 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 3
  %37 = load i32, ptr %36, align 8
  %38 = zext i32 %37 to i64
  %39 = lshr i64 %35, %38
  %40 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 2
  %41 = load i32, ptr %40, align 4
  %42 = shl i32 1, %41
  %43 = sub i32 %42, 1
  %44 = zext i32 %43 to i64
  %45 = and i64 %39, %44
  %46 = mul i64 %34, %45
  %47 = add i64 %31, %46
  %48 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 1
  %49 = load i32, ptr %48, align 8
  %50 = zext i32 %49 to i64
  %51 = call ptr @host_of(ptr noundef %29, i64 noundef %47, i64 noundef %50) #8
  store ptr %51, ptr %13, align 8
  %52 = load ptr, ptr %13, align 8
  %53 = icmp ne ptr %52, null
  br i1 %53, label %55, label %54

54:                                               ; preds = %28
  store i1 false, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %105

55:                                               ; preds = %28
  %56 = load ptr, ptr %13, align 8
  %57 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 1
  %58 = load i32, ptr %57, align 8
  %59 = call i64 @load_le(ptr noundef %56, i32 noundef %58) #8
  store i64 %59, ptr %11, align 8
  %60 = load i64, ptr %11, align 8
  %61 = and i64 %60, 1
  %62 = icmp ne i64 %61, 0
  br i1 %62, label %64, label %63

63:                                               ; preds = %55
  store i1 false, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %105

64:                                               ; preds = %55
  %65 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 3
  %66 = load i32, ptr %65, align 8
  %67 = icmp eq i32 %66, 12
  br i1 %67, label %78, label %68

68:                                               ; preds = %64
  %69 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 3
  %70 = load i32, ptr %69, align 8
  %71 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 4
  %72 = load i32, ptr %71, align 4
  %73 = icmp ule i32 %70, %72
  br i1 %73, label %74, label %79

74:                                               ; preds = %68
  %75 = load i64, ptr %11, align 8
  %76 = and i64 %75, 128
  %77 = icmp ne i64 %76, 0
  br i1 %77, label %78, label %79

78:                                               ; preds = %74, %64
  br label %89

79:                                               ; preds = %74, %68
  %80 = load i64, ptr %11, align 8
  %81 = and i64 %80, 4503599627366400
  %82 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 0
  store i64 %81, ptr %82, align 8
  br label %83

83:                                               ; preds = %79
  %84 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 2
  %85 = load i32, ptr %84, align 4
  %86 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 3
  %87 = load i32, ptr %86, align 8
  %88 = sub i32 %87, %85
  store i32 %88, ptr %86, align 8
  br label %28

89:                                               ; preds = %78
  %90 = getelementptr inbounds nuw %struct.walk, ptr %10, i32 0, i32 3
  %91 = load i32, ptr %90, align 8
  %92 = zext i32 %91 to i64
  %93 = shl i64 1, %92
  %94 = sub i64 %93, 1
  store i64 %94, ptr %12, align 8
  %95 = load i64, ptr %11, align 8
  %96 = and i64 %95, 4503599627366400
  %97 = load i64, ptr %12, align 8
  %98 = xor i64 %97, -1
  %99 = and i64 %96, %98
  %100 = load i64, ptr %8, align 8
  %101 = load i64, ptr %12, align 8
  %102 = and i64 %100, %101
  %103 = or i64 %99, %102
  %104 = load ptr, ptr %9, align 8
  store i64 %103, ptr %104, align 8
  store i1 true, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %105

105:                                              ; preds = %89, %63, %54, %22
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %106 = load i1, ptr %5, align 1
  ret i1 %106
}

; Function Attrs: alwaysinline nounwind
define internal ptr @host_of(ptr noundef %0, i64 noundef %1, i64 noundef %2) #1 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  %10 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %11 = load ptr, ptr %5, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = inttoptr i64 %13 to ptr
  store ptr %14, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  store i32 0, ptr %9, align 4
  br label %15

15:                                               ; preds = %51, %3
  %16 = load i32, ptr %9, align 4
  %17 = load ptr, ptr %5, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %17, i32 0, i32 8
  %19 = load i32, ptr %18, align 8
  %20 = icmp ult i32 %16, %19
  br i1 %20, label %21, label %56

21:                                               ; preds = %15
  %22 = load i64, ptr %6, align 8
  %23 = load ptr, ptr %8, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_slot, ptr %23, i32 0, i32 0
  %25 = load i64, ptr %24, align 8
  %26 = icmp uge i64 %22, %25
  br i1 %26, label %27, label %50

27:                                               ; preds = %21
  %28 = load i64, ptr %6, align 8
  %29 = load ptr, ptr %8, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_slot, ptr %29, i32 0, i32 0
  %31 = load i64, ptr %30, align 8
  %32 = sub i64 %28, %31
  %33 = load i64, ptr %7, align 8
  %34 = add i64 %32, %33
  %35 = load ptr, ptr %8, align 8
  %36 = getelementptr inbounds nuw %struct.lightexit_slot, ptr %35, i32 0, i32 1
  %37 = load i64, ptr %36, align 8
  %38 = icmp ule i64 %34, %37
  br i1 %38, label %39, label %50

39:                                               ; preds = %27
  %40 = load ptr, ptr %8, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_slot, ptr %40, i32 0, i32 2
  %42 = load i64, ptr %41, align 8
  %43 = inttoptr i64 %42 to ptr
  %44 = load i64, ptr %6, align 8
  %45 = load ptr, ptr %8, align 8
  %46 = getelementptr inbounds nuw %struct.lightexit_slot, ptr %45, i32 0, i32 0
  %47 = load i64, ptr %46, align 8
  %48 = sub i64 %44, %47
  %49 = getelementptr inbounds nuw i8, ptr %43, i64 %48
  store ptr %49, ptr %4, align 8
  store i32 1, ptr %10, align 4
  br label %57

50:                                               ; preds = %27, %21
  br label %51

51:                                               ; preds = %50
  %52 = load i32, ptr %9, align 4
  %53 = add i32 %52, 1
  store i32 %53, ptr %9, align 4
  %54 = load ptr, ptr %8, align 8
  %55 = getelementptr inbounds nuw %struct.lightexit_slot, ptr %54, i32 1
  store ptr %55, ptr %8, align 8
  br label %15, !llvm.loop !11

56:                                               ; preds = %15
  store ptr null, ptr %4, align 8
  store i32 1, ptr %10, align 4
  br label %57

57:                                               ; preds = %56, %39
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  %58 = load ptr, ptr %4, align 8
  ret ptr %58
}

; Function Attrs: alwaysinline nounwind
define internal void @walk_of(ptr dead_on_unwind noalias writable sret(%struct.walk) align 8 %0, ptr noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i32, align 4
  store ptr %1, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #9
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %6, i32 0, i32 11
  %8 = getelementptr inbounds [5 x i64], ptr %7, i64 0, i64 3
  %9 = load i64, ptr %8, align 8
  store i64 %9, ptr %4, align 8
  %10 = load ptr, ptr %3, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %10, i32 0, i32 13
  %12 = load i64, ptr %11, align 8
  %13 = and i64 %12, 1024
  %14 = icmp ne i64 %13, 0
  br i1 %14, label %15, label %23

15:                                               ; preds = %2
  %16 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 0
  %17 = load i64, ptr %4, align 8
  %18 = and i64 %17, 4503599627366400
  store i64 %18, ptr %16, align 8
  %19 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 1
  store i32 8, ptr %19, align 8
  %20 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 2
  store i32 9, ptr %20, align 4
  %21 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 3
  store i32 39, ptr %21, align 8
  %22 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 4
  store i32 30, ptr %22, align 4
  store i32 1, ptr %5, align 4
  br label %54

23:                                               ; preds = %2
  %24 = load ptr, ptr %3, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %24, i32 0, i32 11
  %26 = getelementptr inbounds [5 x i64], ptr %25, i64 0, i64 4
  %27 = load i64, ptr %26, align 8
  %28 = and i64 %27, 32
  %29 = icmp ne i64 %28, 0
  br i1 %29, label %30, label %38

30:                                               ; preds = %23
  %31 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 0
  %32 = load i64, ptr %4, align 8
  %33 = and i64 %32, -32
  store i64 %33, ptr %31, align 8
  %34 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 1
  store i32 8, ptr %34, align 8
  %35 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 2
  store i32 9, ptr %35, align 4
  %36 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 3
  store i32 30, ptr %36, align 8
  %37 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 4
  store i32 21, ptr %37, align 4
  store i32 1, ptr %5, align 4
  br label %54

38:                                               ; preds = %23
  %39 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 0
  %40 = load i64, ptr %4, align 8
  %41 = and i64 %40, -4096
  store i64 %41, ptr %39, align 8
  %42 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 1
  store i32 4, ptr %42, align 8
  %43 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 2
  store i32 10, ptr %43, align 4
  %44 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 3
  store i32 22, ptr %44, align 8
  %45 = getelementptr inbounds nuw %struct.walk, ptr %0, i32 0, i32 4
  %46 = load ptr, ptr %3, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %46, i32 0, i32 11
  %48 = getelementptr inbounds [5 x i64], ptr %47, i64 0, i64 4
  %49 = load i64, ptr %48, align 8
  %50 = and i64 %49, 16
  %51 = icmp ne i64 %50, 0
  %52 = zext i1 %51 to i64
  %53 = select i1 %51, i32 22, i32 12
  store i32 %53, ptr %45, align 4
  store i32 1, ptr %5, align 4
  br label %54

54:                                               ; preds = %38, %30, %15
  call void @llvm.lifetime.end.p0(ptr %4) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @store_le(ptr noundef %0, i64 noundef %1, i32 noundef %2) #1 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i32 %2, ptr %6, align 4
  br label %7

7:                                                ; preds = %16, %3
  %8 = load i32, ptr %6, align 4
  %9 = add i32 %8, -1
  store i32 %9, ptr %6, align 4
  %10 = icmp ne i32 %8, 0
  br i1 %10, label %11, label %19

11:                                               ; preds = %7
  %12 = load i64, ptr %5, align 8
  %13 = trunc i64 %12 to i8
  %14 = load ptr, ptr %4, align 8
  %15 = getelementptr inbounds nuw i8, ptr %14, i32 1
  store ptr %15, ptr %4, align 8
  store i8 %13, ptr %14, align 1
  br label %16

16:                                               ; preds = %11
  %17 = load i64, ptr %5, align 8
  %18 = lshr i64 %17, 8
  store i64 %18, ptr %5, align 8
  br label %7, !llvm.loop !12

19:                                               ; preds = %7
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal i32 @ring_of(ptr noundef %0) #1 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %3, i32 0, i32 6
  %5 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %4, i64 0, i64 1
  %6 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %5, i32 0, i32 0
  %7 = load i32, ptr %6, align 8
  %8 = and i32 %7, 3
  ret i32 %8
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @find_long_gate(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3, ptr noundef %4) #1 {
  %6 = alloca i1, align 1
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  %14 = alloca i32, align 4
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store ptr %2, ptr %9, align 8
  store ptr %3, ptr %10, align 8
  store ptr %4, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %15 = load ptr, ptr %7, align 8
  %16 = load ptr, ptr %8, align 8
  %17 = load ptr, ptr %9, align 8
  %18 = getelementptr inbounds nuw %struct.event, ptr %17, i32 0, i32 0
  %19 = load i32, ptr %18, align 4
  %20 = call zeroext i1 @find_entry(ptr noundef %15, ptr noundef %16, i32 noundef %19, i32 noundef 16, ptr noundef %12) #8
  br i1 %20, label %21, label %47

21:                                               ; preds = %5
  %22 = load i64, ptr %12, align 8
  %23 = lshr i64 %22, 43
  %24 = and i64 %23, 1
  %25 = icmp ne i64 %24, 0
  br i1 %25, label %26, label %47

26:                                               ; preds = %21
  %27 = load i64, ptr %12, align 8
  %28 = load ptr, ptr %9, align 8
  %29 = load ptr, ptr %8, align 8
  %30 = call i32 @ring_of(ptr noundef %29) #8
  %31 = call zeroext i1 @is_gate(i64 noundef %27, ptr noundef %28, i32 noundef %30) #8
  br i1 %31, label %32, label %47

32:                                               ; preds = %26
  %33 = load ptr, ptr %7, align 8
  %34 = load ptr, ptr %8, align 8
  %35 = load ptr, ptr %8, align 8
  %36 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %35, i32 0, i32 10
  %37 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %36, i32 0, i32 1
  %38 = load i64, ptr %37, align 8
  %39 = load ptr, ptr %9, align 8
  %40 = getelementptr inbounds nuw %struct.event, ptr %39, i32 0, i32 0
  %41 = load i32, ptr %40, align 4
  %42 = mul i32 16, %41
  %43 = zext i32 %42 to i64
  %44 = add i64 %38, %43
  %45 = add i64 %44, 8
  %46 = call zeroext i1 @load_at(ptr noundef %33, ptr noundef %34, i64 noundef %45, i32 noundef 4, ptr noundef %13) #8
  br i1 %46, label %48, label %47

47:                                               ; preds = %32, %26, %21, %5
  store i1 false, ptr %6, align 1
  store i32 1, ptr %14, align 4
  br label %104

48:                                               ; preds = %32
  %49 = load i64, ptr %12, align 8
  %50 = lshr i64 %49, 16
  %51 = trunc i64 %50 to i16
  %52 = load ptr, ptr %10, align 8
  %53 = getelementptr inbounds nuw %struct.gate, ptr %52, i32 0, i32 0
  store i16 %51, ptr %53, align 8
  %54 = load i64, ptr %12, align 8
  %55 = and i64 %54, 65535
  %56 = load i64, ptr %12, align 8
  %57 = lshr i64 %56, 32
  %58 = and i64 %57, 4294901760
  %59 = or i64 %55, %58
  %60 = load i64, ptr %13, align 8
  %61 = shl i64 %60, 32
  %62 = or i64 %59, %61
  %63 = load ptr, ptr %10, align 8
  %64 = getelementptr inbounds nuw %struct.gate, ptr %63, i32 0, i32 1
  store i64 %62, ptr %64, align 8
  %65 = load i64, ptr %12, align 8
  %66 = lshr i64 %65, 40
  %67 = and i64 %66, 1
  %68 = icmp ne i64 %67, 0
  %69 = xor i1 %68, true
  %70 = load ptr, ptr %10, align 8
  %71 = getelementptr inbounds nuw %struct.gate, ptr %70, i32 0, i32 3
  %72 = zext i1 %69 to i8
  store i8 %72, ptr %71, align 4
  %73 = load i64, ptr %12, align 8
  %74 = lshr i64 %73, 32
  %75 = and i64 %74, 7
  %76 = trunc i64 %75 to i32
  %77 = load ptr, ptr %11, align 8
  store i32 %76, ptr %77, align 4
  %78 = load ptr, ptr %10, align 8
  %79 = getelementptr inbounds nuw %struct.gate, ptr %78, i32 0, i32 0
  %80 = load i16, ptr %79, align 8
  %81 = zext i16 %80 to i32
  %82 = and i32 %81, 4
  %83 = icmp ne i32 %82, 0
  br i1 %83, label %102, label %84

84:                                               ; preds = %48
  %85 = load ptr, ptr %10, align 8
  %86 = getelementptr inbounds nuw %struct.gate, ptr %85, i32 0, i32 0
  %87 = load i16, ptr %86, align 8
  %88 = zext i16 %87 to i32
  %89 = and i32 %88, -4
  %90 = icmp ne i32 %89, 0
  br i1 %90, label %91, label %102

91:                                               ; preds = %84
  %92 = load ptr, ptr %10, align 8
  %93 = getelementptr inbounds nuw %struct.gate, ptr %92, i32 0, i32 0
  %94 = load i16, ptr %93, align 8
  %95 = zext i16 %94 to i32
  %96 = or i32 %95, 7
  %97 = load ptr, ptr %8, align 8
  %98 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %97, i32 0, i32 9
  %99 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %98, i32 0, i32 2
  %100 = load i32, ptr %99, align 8
  %101 = icmp ule i32 %96, %100
  br label %102

102:                                              ; preds = %91, %84, %48
  %103 = phi i1 [ false, %84 ], [ false, %48 ], [ %101, %91 ]
  store i1 %103, ptr %6, align 1
  store i32 1, ptr %14, align 4
  br label %104

104:                                              ; preds = %102, %47
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  %105 = load i1, ptr %6, align 1
  ret i1 %105
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @find_top(ptr noundef %0, ptr noundef %1, i32 noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i32, align 4
  %9 = alloca ptr, align 8
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i32 %2, ptr %8, align 4
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %12 = load ptr, ptr %7, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %12, i32 0, i32 8
  %14 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %13, i32 0, i32 1
  %15 = load i64, ptr %14, align 8
  %16 = load i32, ptr %8, align 4
  %17 = icmp ne i32 %16, 0
  br i1 %17, label %18, label %23

18:                                               ; preds = %4
  %19 = load i32, ptr %8, align 4
  %20 = sub i32 %19, 1
  %21 = mul i32 8, %20
  %22 = add i32 36, %21
  br label %24

23:                                               ; preds = %4
  br label %24

24:                                               ; preds = %23, %18
  %25 = phi i32 [ %22, %18 ], [ 4, %23 ]
  %26 = zext i32 %25 to i64
  %27 = add i64 %15, %26
  store i64 %27, ptr %10, align 8
  %28 = load ptr, ptr %9, align 8
  store i64 0, ptr %28, align 8
  %29 = load i32, ptr %8, align 4
  %30 = icmp ne i32 %29, 0
  br i1 %30, label %35, label %31

31:                                               ; preds = %24
  %32 = load ptr, ptr %7, align 8
  %33 = call i32 @ring_of(ptr noundef %32) #8
  %34 = icmp ne i32 %33, 0
  br i1 %34, label %35, label %42

35:                                               ; preds = %31, %24
  %36 = load ptr, ptr %6, align 8
  %37 = load ptr, ptr %7, align 8
  %38 = load i64, ptr %10, align 8
  %39 = load ptr, ptr %9, align 8
  %40 = call zeroext i1 @load_at(ptr noundef %36, ptr noundef %37, i64 noundef %38, i32 noundef 8, ptr noundef %39) #8
  br i1 %40, label %42, label %41

41:                                               ; preds = %35
  store i1 false, ptr %5, align 1
  store i32 1, ptr %11, align 4
  br label %58

42:                                               ; preds = %35, %31
  %43 = load ptr, ptr %9, align 8
  %44 = load i64, ptr %43, align 8
  %45 = icmp ne i64 %44, 0
  br i1 %45, label %46, label %49

46:                                               ; preds = %42
  %47 = load ptr, ptr %9, align 8
  %48 = load i64, ptr %47, align 8
  br label %54

49:                                               ; preds = %42
  %50 = load ptr, ptr %7, align 8
  %51 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %50, i32 0, i32 1
  %52 = getelementptr inbounds [16 x i64], ptr %51, i64 0, i64 4
  %53 = load i64, ptr %52, align 8
  br label %54

54:                                               ; preds = %49, %46
  %55 = phi i64 [ %48, %46 ], [ %53, %49 ]
  %56 = and i64 %55, -16
  %57 = load ptr, ptr %9, align 8
  store i64 %56, ptr %57, align 8
  store i1 true, ptr %5, align 1
  store i32 1, ptr %11, align 4
  br label %58

58:                                               ; preds = %54, %41
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %59 = load i1, ptr %5, align 1
  ret i1 %59
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @push_protected(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3, i64 noundef %4, i32 noundef %5) #1 {
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i64, align 8
  %12 = alloca i32, align 4
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store ptr %2, ptr %9, align 8
  store ptr %3, ptr %10, align 8
  store i64 %4, ptr %11, align 8
  store i32 %5, ptr %12, align 4
  %13 = load ptr, ptr %10, align 8
  %14 = load ptr, ptr %9, align 8
  %15 = load i64, ptr %11, align 8
  %16 = call i64 @pushed_flags(ptr noundef %14, i64 noundef %15) #8
  call void @add_item(ptr noundef %13, i64 noundef %16) #8
  %17 = load ptr, ptr %10, align 8
  %18 = load ptr, ptr %8, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %18, i32 0, i32 6
  %20 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %19, i64 0, i64 1
  %21 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %20, i32 0, i32 0
  %22 = load i32, ptr %21, align 8
  %23 = zext i32 %22 to i64
  call void @add_item(ptr noundef %17, i64 noundef %23) #8
  %24 = load ptr, ptr %10, align 8
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %25, i32 0, i32 2
  %27 = load i64, ptr %26, align 8
  call void @add_item(ptr noundef %24, i64 noundef %27) #8
  %28 = load ptr, ptr %9, align 8
  %29 = getelementptr inbounds nuw %struct.event, ptr %28, i32 0, i32 3
  %30 = load i8, ptr %29, align 2, !range !4, !noundef !5
  %31 = trunc i8 %30 to i1
  br i1 %31, label %32, label %38

32:                                               ; preds = %6
  %33 = load ptr, ptr %10, align 8
  %34 = load ptr, ptr %9, align 8
  %35 = getelementptr inbounds nuw %struct.event, ptr %34, i32 0, i32 4
  %36 = load i32, ptr %35, align 4
  %37 = zext i32 %36 to i64
  call void @add_item(ptr noundef %33, i64 noundef %37) #8
  br label %38

38:                                               ; preds = %32, %6
  %39 = load ptr, ptr %7, align 8
  %40 = load ptr, ptr %8, align 8
  %41 = load ptr, ptr %10, align 8
  %42 = load i32, ptr %12, align 4
  %43 = call zeroext i1 @push_items(ptr noundef %39, ptr noundef %40, ptr noundef %41, i32 noundef %42) #8
  ret i1 %43
}

; Function Attrs: alwaysinline nounwind
define internal void @enter_ring(ptr noundef %0, ptr noundef byval(%struct.lightexit_segment) align 8 %1, ptr noundef byval(%struct.lightexit_segment) align 8 %2, i32 noundef %3) #1 {
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i32 %3, ptr %6, align 4
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %8 = load ptr, ptr %5, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %8, i32 0, i32 4
  %10 = load i32, ptr %9, align 8
  %11 = and i32 %10, -32884
  store i32 %11, ptr %7, align 4
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %12, i32 0, i32 6
  %14 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %13, i64 0, i64 1
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %14, ptr align 8 %1, i64 24, i1 false)
  %15 = load ptr, ptr %5, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %15, i32 0, i32 6
  %17 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %16, i64 0, i64 2
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %17, ptr align 8 %2, i64 24, i1 false)
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %18, i32 0, i32 13
  %20 = load i64, ptr %19, align 8
  %21 = and i64 %20, 1024
  %22 = icmp ne i64 %21, 0
  br i1 %22, label %23, label %31

23:                                               ; preds = %4
  %24 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %1, i32 0, i32 3
  %25 = load i32, ptr %24, align 4
  %26 = and i32 %25, 2097152
  %27 = icmp ne i32 %26, 0
  br i1 %27, label %28, label %31

28:                                               ; preds = %23
  %29 = load i32, ptr %7, align 4
  %30 = or i32 %29, 32816
  store i32 %30, ptr %7, align 4
  br label %52

31:                                               ; preds = %23, %4
  %32 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %1, i32 0, i32 3
  %33 = load i32, ptr %32, align 4
  %34 = and i32 %33, 4194304
  %35 = icmp ne i32 %34, 0
  %36 = zext i1 %35 to i64
  %37 = select i1 %35, i32 16, i32 64
  %38 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %2, i32 0, i32 3
  %39 = load i32, ptr %38, align 4
  %40 = and i32 %39, 4194304
  %41 = icmp ne i32 %40, 0
  %42 = zext i1 %41 to i64
  %43 = select i1 %41, i32 32, i32 0
  %44 = or i32 %37, %43
  %45 = load ptr, ptr %5, align 8
  %46 = call zeroext i1 @has_bases(ptr noundef %45) #8
  %47 = zext i1 %46 to i64
  %48 = select i1 %46, i32 64, i32 0
  %49 = or i32 %44, %48
  %50 = load i32, ptr %7, align 4
  %51 = or i32 %50, %49
  store i32 %51, ptr %7, align 4
  br label %52

52:                                               ; preds = %31, %28
  %53 = load i32, ptr %7, align 4
  %54 = load i32, ptr %6, align 4
  %55 = or i32 %53, %54
  %56 = load ptr, ptr %5, align 8
  %57 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %56, i32 0, i32 4
  store i32 %55, ptr %57, align 8
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @flat(ptr dead_on_unwind noalias writable sret(%struct.lightexit_segment) align 8 %0, i16 noundef zeroext %1, i32 noundef %2) #1 {
  %4 = alloca i16, align 2
  %5 = alloca i32, align 4
  store i16 %1, ptr %4, align 2
  store i32 %2, ptr %5, align 4
  %6 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %0, i32 0, i32 0
  %7 = load i16, ptr %4, align 2
  %8 = zext i16 %7 to i32
  store i32 %8, ptr %6, align 8
  %9 = getelementptr i8, ptr %0, i64 4
  call void @llvm.memset.p0.i64(ptr align 4 %9, i8 0, i64 4, i1 false)
  %10 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %0, i32 0, i32 1
  store i64 0, ptr %10, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %0, i32 0, i32 2
  store i32 -1, ptr %11, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %0, i32 0, i32 3
  %13 = load i32, ptr %5, align 4
  store i32 %13, ptr %12, align 4
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_gate(i64 noundef %0, ptr noundef %1, i32 noundef %2) #1 {
  %4 = alloca i64, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  store i64 %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store i32 %2, ptr %6, align 4
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %8 = load i64, ptr %4, align 8
  %9 = lshr i64 %8, 40
  %10 = and i64 %9, 23
  %11 = trunc i64 %10 to i32
  store i32 %11, ptr %7, align 4
  %12 = load i64, ptr %4, align 8
  %13 = lshr i64 %12, 47
  %14 = and i64 %13, 1
  %15 = icmp ne i64 %14, 0
  br i1 %15, label %16, label %37

16:                                               ; preds = %3
  %17 = load i32, ptr %7, align 4
  %18 = icmp eq i32 %17, 6
  br i1 %18, label %22, label %19

19:                                               ; preds = %16
  %20 = load i32, ptr %7, align 4
  %21 = icmp eq i32 %20, 7
  br i1 %21, label %22, label %37

22:                                               ; preds = %19, %16
  %23 = load ptr, ptr %5, align 8
  %24 = getelementptr inbounds nuw %struct.event, ptr %23, i32 0, i32 1
  %25 = load i8, ptr %24, align 4, !range !4, !noundef !5
  %26 = trunc i8 %25 to i1
  br i1 %26, label %27, label %34

27:                                               ; preds = %22
  %28 = load i64, ptr %4, align 8
  %29 = lshr i64 %28, 45
  %30 = and i64 %29, 3
  %31 = load i32, ptr %6, align 4
  %32 = zext i32 %31 to i64
  %33 = icmp ult i64 %30, %32
  br label %34

34:                                               ; preds = %27, %22
  %35 = phi i1 [ false, %22 ], [ %33, %27 ]
  %36 = xor i1 %35, true
  br label %37

37:                                               ; preds = %34, %19, %3
  %38 = phi i1 [ false, %19 ], [ false, %3 ], [ %36, %34 ]
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret i1 %38
}

; Function Attrs: alwaysinline nounwind
define internal i64 @pushed_flags(ptr noundef %0, i64 noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %struct.event, ptr %5, i32 0, i32 2
  %7 = load i8, ptr %6, align 1, !range !4, !noundef !5
  %8 = trunc i8 %7 to i1
  br i1 %8, label %9, label %12

9:                                                ; preds = %2
  %10 = load i64, ptr %4, align 8
  %11 = or i64 %10, 65536
  br label %14

12:                                               ; preds = %2
  %13 = load i64, ptr %4, align 8
  br label %14

14:                                               ; preds = %12, %9
  %15 = phi i64 [ %11, %9 ], [ %13, %12 ]
  ret i64 %15
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @has_bases(ptr noundef %0) #1 {
  %2 = alloca ptr, align 8
  %3 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  call void @llvm.lifetime.start.p0(ptr %3) #9
  %4 = load ptr, ptr %2, align 8
  %5 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %4, i32 0, i32 6
  %6 = getelementptr inbounds [6 x %struct.lightexit_segment], ptr %5, i64 0, i64 0
  store ptr %6, ptr %3, align 8
  %7 = load ptr, ptr %3, align 8
  %8 = getelementptr inbounds %struct.lightexit_segment, ptr %7, i64 3
  %9 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %8, i32 0, i32 1
  %10 = load i64, ptr %9, align 8
  %11 = load ptr, ptr %3, align 8
  %12 = getelementptr inbounds %struct.lightexit_segment, ptr %11, i64 0
  %13 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %12, i32 0, i32 1
  %14 = load i64, ptr %13, align 8
  %15 = or i64 %10, %14
  %16 = load ptr, ptr %3, align 8
  %17 = getelementptr inbounds %struct.lightexit_segment, ptr %16, i64 2
  %18 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %17, i32 0, i32 1
  %19 = load i64, ptr %18, align 8
  %20 = or i64 %15, %19
  %21 = icmp ne i64 %20, 0
  call void @llvm.lifetime.end.p0(ptr %3) #9
  ret i1 %21
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @find_gate(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %12 = load ptr, ptr %6, align 8
  %13 = load ptr, ptr %7, align 8
  %14 = load ptr, ptr %8, align 8
  %15 = getelementptr inbounds nuw %struct.event, ptr %14, i32 0, i32 0
  %16 = load i32, ptr %15, align 4
  %17 = call zeroext i1 @find_entry(ptr noundef %12, ptr noundef %13, i32 noundef %16, i32 noundef 8, ptr noundef %10) #8
  br i1 %17, label %18, label %24

18:                                               ; preds = %4
  %19 = load i64, ptr %10, align 8
  %20 = load ptr, ptr %8, align 8
  %21 = load ptr, ptr %7, align 8
  %22 = call i32 @ring_of(ptr noundef %21) #8
  %23 = call zeroext i1 @is_gate(i64 noundef %19, ptr noundef %20, i32 noundef %22) #8
  br i1 %23, label %25, label %24

24:                                               ; preds = %18, %4
  store i1 false, ptr %5, align 1
  store i32 1, ptr %11, align 4
  br label %60

25:                                               ; preds = %18
  %26 = load i64, ptr %10, align 8
  %27 = lshr i64 %26, 16
  %28 = trunc i64 %27 to i16
  %29 = load ptr, ptr %9, align 8
  %30 = getelementptr inbounds nuw %struct.gate, ptr %29, i32 0, i32 0
  store i16 %28, ptr %30, align 8
  %31 = load i64, ptr %10, align 8
  %32 = and i64 %31, 65535
  %33 = load ptr, ptr %9, align 8
  %34 = getelementptr inbounds nuw %struct.gate, ptr %33, i32 0, i32 1
  store i64 %32, ptr %34, align 8
  %35 = load ptr, ptr %9, align 8
  %36 = getelementptr inbounds nuw %struct.gate, ptr %35, i32 0, i32 2
  store i32 2, ptr %36, align 8
  %37 = load i64, ptr %10, align 8
  %38 = lshr i64 %37, 40
  %39 = and i64 %38, 1
  %40 = icmp ne i64 %39, 0
  %41 = xor i1 %40, true
  %42 = load ptr, ptr %9, align 8
  %43 = getelementptr inbounds nuw %struct.gate, ptr %42, i32 0, i32 3
  %44 = zext i1 %41 to i8
  store i8 %44, ptr %43, align 4
  %45 = load i64, ptr %10, align 8
  %46 = lshr i64 %45, 43
  %47 = and i64 %46, 1
  %48 = icmp ne i64 %47, 0
  br i1 %48, label %49, label %59

49:                                               ; preds = %25
  %50 = load i64, ptr %10, align 8
  %51 = lshr i64 %50, 32
  %52 = and i64 %51, 4294901760
  %53 = load ptr, ptr %9, align 8
  %54 = getelementptr inbounds nuw %struct.gate, ptr %53, i32 0, i32 1
  %55 = load i64, ptr %54, align 8
  %56 = or i64 %55, %52
  store i64 %56, ptr %54, align 8
  %57 = load ptr, ptr %9, align 8
  %58 = getelementptr inbounds nuw %struct.gate, ptr %57, i32 0, i32 2
  store i32 4, ptr %58, align 8
  br label %59

59:                                               ; preds = %49, %25
  store i1 true, ptr %5, align 1
  store i32 1, ptr %11, align 4
  br label %60

60:                                               ; preds = %59, %24
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %61 = load i1, ptr %5, align 1
  ret i1 %61
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @find_segment(ptr noundef %0, ptr noundef %1, i16 noundef zeroext %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i16, align 2
  %9 = alloca ptr, align 8
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i16 %2, ptr %8, align 2
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %12 = load i16, ptr %8, align 2
  %13 = zext i16 %12 to i32
  %14 = and i32 %13, 4
  %15 = icmp ne i32 %14, 0
  br i1 %15, label %43, label %16

16:                                               ; preds = %4
  %17 = load i16, ptr %8, align 2
  %18 = zext i16 %17 to i32
  %19 = and i32 %18, -4
  %20 = icmp ne i32 %19, 0
  br i1 %20, label %21, label %43

21:                                               ; preds = %16
  %22 = load i16, ptr %8, align 2
  %23 = zext i16 %22 to i32
  %24 = or i32 %23, 7
  %25 = load ptr, ptr %7, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %25, i32 0, i32 9
  %27 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %26, i32 0, i32 2
  %28 = load i32, ptr %27, align 8
  %29 = icmp ugt i32 %24, %28
  br i1 %29, label %43, label %30

30:                                               ; preds = %21
  %31 = load ptr, ptr %6, align 8
  %32 = load ptr, ptr %7, align 8
  %33 = load ptr, ptr %7, align 8
  %34 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %33, i32 0, i32 9
  %35 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %34, i32 0, i32 1
  %36 = load i64, ptr %35, align 8
  %37 = load i16, ptr %8, align 2
  %38 = zext i16 %37 to i32
  %39 = and i32 %38, -8
  %40 = sext i32 %39 to i64
  %41 = add i64 %36, %40
  %42 = call zeroext i1 @load_at(ptr noundef %31, ptr noundef %32, i64 noundef %41, i32 noundef 8, ptr noundef %10) #8
  br i1 %42, label %44, label %43

43:                                               ; preds = %30, %21, %16, %4
  store i1 false, ptr %5, align 1
  store i32 1, ptr %11, align 4
  br label %101

44:                                               ; preds = %30
  %45 = load i16, ptr %8, align 2
  %46 = zext i16 %45 to i32
  %47 = load ptr, ptr %9, align 8
  %48 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %47, i32 0, i32 0
  store i32 %46, ptr %48, align 8
  %49 = load i64, ptr %10, align 8
  %50 = lshr i64 %49, 16
  %51 = and i64 %50, 16777215
  %52 = load i64, ptr %10, align 8
  %53 = lshr i64 %52, 32
  %54 = and i64 %53, 4278190080
  %55 = or i64 %51, %54
  %56 = trunc i64 %55 to i32
  %57 = zext i32 %56 to i64
  %58 = load ptr, ptr %9, align 8
  %59 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %58, i32 0, i32 1
  store i64 %57, ptr %59, align 8
  %60 = load i64, ptr %10, align 8
  %61 = and i64 %60, 65535
  %62 = load i64, ptr %10, align 8
  %63 = lshr i64 %62, 32
  %64 = and i64 %63, 983040
  %65 = or i64 %61, %64
  %66 = trunc i64 %65 to i32
  %67 = load ptr, ptr %9, align 8
  %68 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %67, i32 0, i32 2
  store i32 %66, ptr %68, align 8
  %69 = load i64, ptr %10, align 8
  %70 = lshr i64 %69, 32
  %71 = trunc i64 %70 to i32
  %72 = load ptr, ptr %9, align 8
  %73 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %72, i32 0, i32 3
  store i32 %71, ptr %73, align 4
  %74 = load ptr, ptr %9, align 8
  %75 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %74, i32 0, i32 3
  %76 = load i32, ptr %75, align 4
  %77 = and i32 %76, 8388608
  %78 = icmp ne i32 %77, 0
  br i1 %78, label %79, label %87

79:                                               ; preds = %44
  %80 = load ptr, ptr %9, align 8
  %81 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %80, i32 0, i32 2
  %82 = load i32, ptr %81, align 8
  %83 = shl i32 %82, 12
  %84 = or i32 %83, 4095
  %85 = load ptr, ptr %9, align 8
  %86 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %85, i32 0, i32 2
  store i32 %84, ptr %86, align 8
  br label %87

87:                                               ; preds = %79, %44
  %88 = load ptr, ptr %9, align 8
  %89 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %88, i32 0, i32 3
  %90 = load i32, ptr %89, align 4
  %91 = and i32 %90, 32768
  %92 = icmp ne i32 %91, 0
  br i1 %92, label %93, label %99

93:                                               ; preds = %87
  %94 = load ptr, ptr %9, align 8
  %95 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %94, i32 0, i32 3
  %96 = load i32, ptr %95, align 4
  %97 = and i32 %96, 4096
  %98 = icmp ne i32 %97, 0
  br label %99

99:                                               ; preds = %93, %87
  %100 = phi i1 [ false, %87 ], [ %98, %93 ]
  store i1 %100, ptr %5, align 1
  store i32 1, ptr %11, align 4
  br label %101

101:                                              ; preds = %99, %43
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %102 = load i1, ptr %5, align 1
  ret i1 %102
}

; Function Attrs: alwaysinline nounwind
define internal i32 @privilege_of(ptr noundef %0) #1 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %3, i32 0, i32 3
  %5 = load i32, ptr %4, align 4
  %6 = lshr i32 %5, 13
  %7 = and i32 %6, 3
  ret i32 %7
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @find_stack(ptr noundef %0, ptr noundef %1, i32 noundef %2, ptr noundef %3, ptr noundef %4) #1 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i32, align 4
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i32 %2, ptr %8, align 4
  store ptr %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %13 = load ptr, ptr %7, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %13, i32 0, i32 8
  %15 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %14, i32 0, i32 1
  %16 = load i64, ptr %15, align 8
  %17 = add i64 %16, 4
  %18 = load i32, ptr %8, align 4
  %19 = mul i32 8, %18
  %20 = zext i32 %19 to i64
  %21 = add i64 %17, %20
  store i64 %21, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  %22 = load ptr, ptr %6, align 8
  %23 = load ptr, ptr %7, align 8
  %24 = load i64, ptr %11, align 8
  %25 = load ptr, ptr %10, align 8
  %26 = call zeroext i1 @load_at(ptr noundef %22, ptr noundef %23, i64 noundef %24, i32 noundef 4, ptr noundef %25) #8
  br i1 %26, label %27, label %57

27:                                               ; preds = %5
  %28 = load ptr, ptr %6, align 8
  %29 = load ptr, ptr %7, align 8
  %30 = load i64, ptr %11, align 8
  %31 = add i64 %30, 4
  %32 = call zeroext i1 @load_at(ptr noundef %28, ptr noundef %29, i64 noundef %31, i32 noundef 2, ptr noundef %12) #8
  br i1 %32, label %33, label %57

33:                                               ; preds = %27
  %34 = load ptr, ptr %6, align 8
  %35 = load ptr, ptr %7, align 8
  %36 = load i64, ptr %12, align 8
  %37 = trunc i64 %36 to i16
  %38 = load ptr, ptr %9, align 8
  %39 = call zeroext i1 @find_segment(ptr noundef %34, ptr noundef %35, i16 noundef zeroext %37, ptr noundef %38) #8
  br i1 %39, label %40, label %57

40:                                               ; preds = %33
  %41 = load i64, ptr %12, align 8
  %42 = and i64 %41, 3
  %43 = load i32, ptr %8, align 4
  %44 = zext i32 %43 to i64
  %45 = icmp eq i64 %42, %44
  br i1 %45, label %46, label %57

46:                                               ; preds = %40
  %47 = load ptr, ptr %9, align 8
  %48 = call i32 @privilege_of(ptr noundef %47) #8
  %49 = load i32, ptr %8, align 4
  %50 = icmp eq i32 %48, %49
  br i1 %50, label %51, label %57

51:                                               ; preds = %46
  %52 = load ptr, ptr %9, align 8
  %53 = getelementptr inbounds nuw %struct.lightexit_segment, ptr %52, i32 0, i32 3
  %54 = load i32, ptr %53, align 4
  %55 = and i32 %54, 2560
  %56 = icmp eq i32 %55, 512
  br label %57

57:                                               ; preds = %51, %46, %40, %33, %27, %5
  %58 = phi i1 [ false, %46 ], [ false, %40 ], [ false, %33 ], [ false, %27 ], [ false, %5 ], [ %56, %51 ]
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret i1 %58
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @enter_system(ptr noundef %0, ptr noundef %1, ptr noundef %2) #1 {
  %4 = alloca i1, align 1
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i16, align 2
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca %struct.lightexit_segment, align 8
  %12 = alloca %struct.lightexit_segment, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %13 = load ptr, ptr %6, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %13, i32 0, i32 15
  %15 = load i64, ptr %14, align 8
  %16 = lshr i64 %15, 32
  %17 = and i64 %16, 65532
  %18 = trunc i64 %17 to i16
  store i16 %18, ptr %8, align 2
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %19 = load ptr, ptr %6, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %19, i32 0, i32 4
  %21 = load i32, ptr %20, align 8
  %22 = and i32 %21, 32768
  %23 = icmp ne i32 %22, 0
  br i1 %23, label %24, label %40

24:                                               ; preds = %3
  %25 = load ptr, ptr %6, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %25, i32 0, i32 13
  %27 = load i64, ptr %26, align 8
  %28 = and i64 %27, 1
  %29 = icmp ne i64 %28, 0
  br i1 %29, label %30, label %40

30:                                               ; preds = %24
  %31 = load ptr, ptr %5, align 8
  %32 = load ptr, ptr %6, align 8
  %33 = load ptr, ptr %6, align 8
  %34 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %33, i32 0, i32 2
  %35 = load i64, ptr %34, align 8
  %36 = call zeroext i1 @load_at(ptr noundef %31, ptr noundef %32, i64 noundef %35, i32 noundef 2, ptr noundef %9) #8
  br i1 %36, label %37, label %40

37:                                               ; preds = %30
  %38 = load i64, ptr %9, align 8
  %39 = icmp ne i64 %38, 1295
  br i1 %39, label %40, label %41

40:                                               ; preds = %37, %30, %24, %3
  store i1 false, ptr %4, align 1
  store i32 1, ptr %10, align 4
  br label %75

41:                                               ; preds = %37
  %42 = load ptr, ptr %6, align 8
  %43 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %42, i32 0, i32 2
  %44 = load i64, ptr %43, align 8
  %45 = add i64 %44, 2
  %46 = load ptr, ptr %6, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %46, i32 0, i32 1
  %48 = getelementptr inbounds [16 x i64], ptr %47, i64 0, i64 1
  store i64 %45, ptr %48, align 8
  %49 = load ptr, ptr %7, align 8
  %50 = load i64, ptr %49, align 8
  %51 = load ptr, ptr %6, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %51, i32 0, i32 1
  %53 = getelementptr inbounds [16 x i64], ptr %52, i64 0, i64 11
  store i64 %50, ptr %53, align 8
  %54 = load ptr, ptr %6, align 8
  %55 = load i16, ptr %8, align 2
  call void @flat(ptr dead_on_unwind writable sret(%struct.lightexit_segment) align 8 %11, i16 noundef zeroext %55, i32 noundef 11508480) #8
  %56 = load i16, ptr %8, align 2
  %57 = zext i16 %56 to i32
  %58 = add nsw i32 %57, 8
  %59 = trunc i32 %58 to i16
  call void @flat(ptr dead_on_unwind writable sret(%struct.lightexit_segment) align 8 %12, i16 noundef zeroext %59, i32 noundef 13603584) #8
  call void @enter_ring(ptr noundef %54, ptr noundef byval(%struct.lightexit_segment) align 8 %11, ptr noundef byval(%struct.lightexit_segment) align 8 %12, i32 noundef 0) #8
  %60 = load ptr, ptr %6, align 8
  %61 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %60, i32 0, i32 17
  %62 = load i64, ptr %61, align 8
  %63 = sub i64 %62, 2
  %64 = load ptr, ptr %6, align 8
  %65 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %64, i32 0, i32 2
  store i64 %63, ptr %65, align 8
  %66 = load ptr, ptr %7, align 8
  %67 = load i64, ptr %66, align 8
  %68 = load ptr, ptr %6, align 8
  %69 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %68, i32 0, i32 19
  %70 = load i64, ptr %69, align 8
  %71 = xor i64 %70, -1
  %72 = and i64 %67, %71
  %73 = or i64 %72, 2
  %74 = load ptr, ptr %7, align 8
  store i64 %73, ptr %74, align 8
  store i1 true, ptr %4, align 1
  store i32 1, ptr %10, align 4
  br label %75

75:                                               ; preds = %41, %40
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  %76 = load i1, ptr %4, align 1
  ret i1 %76
}

; Function Attrs: inlinehint nounwind
define internal zeroext i1 @lightexit_read_clock(ptr noundef %0, i64 noundef %1, ptr noundef %2) #4 {
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
  %17 = call i64 @lightexit_clock_at(ptr noundef %15, i64 noundef %16) #8
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

; Function Attrs: inlinehint nounwind
define internal i64 @ticks(ptr noundef %0) #4 {
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
  %15 = call i64 @cycles() #8
  store i64 %15, ptr %2, align 8
  store i32 1, ptr %6, align 4
  br label %29

16:                                               ; preds = %1
  %17 = load ptr, ptr %4, align 8
  %18 = load ptr, ptr %3, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_clock, ptr %18, i32 0, i32 1
  %20 = getelementptr inbounds nuw %struct.lightexit_clock_state, ptr %19, i32 0, i32 5
  %21 = load i32, ptr %20, align 8
  %22 = call i32 %17(i32 noundef %21, ptr noundef %5) #8
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

; Function Attrs: inlinehint nounwind
define internal i64 @lightexit_clock_at(ptr noundef %0, i64 noundef %1) #4 {
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

; Function Attrs: alwaysinline nounwind
define internal i64 @cycles() #1 {
  %1 = call i64 @llvm.readcyclecounter()
  ret i64 %1
}

; Function Attrs: nocallback nofree nosync nounwind willreturn
declare i64 @llvm.readcyclecounter() #7

; Function Attrs: alwaysinline nounwind
define internal void @note_page(ptr noundef %0, ptr noundef %1, ptr noundef %2, i64 noundef %3) #1 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %11 = load ptr, ptr %6, align 8
  %12 = load ptr, ptr %7, align 8
  %13 = load i64, ptr %8, align 8
  %14 = call zeroext i1 @translate(ptr noundef %11, ptr noundef %12, i64 noundef %13, ptr noundef %9) #8
  br i1 %14, label %15, label %18

15:                                               ; preds = %4
  %16 = load i64, ptr %9, align 8
  %17 = icmp uge i64 %16, 4294967296
  br i1 %17, label %18, label %19

18:                                               ; preds = %15, %4
  store i32 1, ptr %10, align 4
  br label %42

19:                                               ; preds = %15
  %20 = load ptr, ptr %6, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %20, i32 0, i32 11
  %22 = load i64, ptr %21, align 8
  %23 = inttoptr i64 %22 to ptr
  %24 = load i64, ptr %9, align 8
  %25 = udiv i64 %24, 4096
  %26 = getelementptr inbounds nuw i8, ptr %23, i64 %25
  store i8 1, ptr %26, align 1
  %27 = load ptr, ptr %6, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %27, i32 0, i32 12
  %29 = load i64, ptr %28, align 8
  %30 = inttoptr i64 %29 to ptr
  %31 = load i64, ptr %9, align 8
  %32 = udiv i64 %31, 65536
  %33 = getelementptr inbounds nuw i8, ptr %30, i64 %32
  %34 = load i8, ptr %33, align 1
  %35 = icmp ne i8 %34, 0
  br i1 %35, label %41, label %36

36:                                               ; preds = %19
  %37 = load ptr, ptr %5, align 8
  %38 = load ptr, ptr %6, align 8
  %39 = load i64, ptr %9, align 8
  %40 = udiv i64 %39, 65536
  call void @watch_block(ptr noundef %37, ptr noundef %38, i64 noundef %40) #8
  br label %41

41:                                               ; preds = %36, %19
  store i32 0, ptr %10, align 4
  br label %42

42:                                               ; preds = %41, %18
  call void @llvm.lifetime.end.p0(ptr %9) #9
  %43 = load i32, ptr %10, align 4
  switch i32 %43, label %45 [
    i32 0, label %44
    i32 1, label %44
  ]

44:                                               ; preds = %42, %42
  ret void

45:                                               ; preds = %42
  unreachable
}

; Function Attrs: noinline nounwind
define internal void @watch_block(ptr noundef %0, ptr noundef %1, i64 noundef %2) #6 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %11 = load ptr, ptr %5, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %11, i32 0, i32 5
  %13 = load i64, ptr %12, align 8
  %14 = inttoptr i64 %13 to ptr
  store ptr %14, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %15 = load ptr, ptr %5, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %15, i32 0, i32 4
  %17 = load i64, ptr %16, align 8
  %18 = inttoptr i64 %17 to ptr
  store ptr %18, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %19 = load i64, ptr %6, align 8
  %20 = mul i64 %19, 65536
  store i64 %20, ptr %10, align 8
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %21, i32 0, i32 12
  %23 = load i64, ptr %22, align 8
  %24 = inttoptr i64 %23 to ptr
  %25 = load i64, ptr %6, align 8
  %26 = getelementptr inbounds nuw i8, ptr %24, i64 %25
  store i8 1, ptr %26, align 1
  %27 = load ptr, ptr %7, align 8
  %28 = load ptr, ptr %4, align 8
  %29 = load ptr, ptr %5, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %29, i32 0, i32 6
  %31 = load i64, ptr %30, align 8
  %32 = inttoptr i64 %31 to ptr
  %33 = load i64, ptr %10, align 8
  %34 = load i64, ptr %10, align 8
  %35 = add i64 %34, 65536
  %36 = sub i64 %35, 1
  %37 = call i32 (ptr, ptr, i32, ptr, ptr, i64, i64, ...) %27(ptr noundef %28, ptr noundef %9, i32 noundef 512, ptr noundef %32, ptr noundef null, i64 noundef %33, i64 noundef %36) #8
  %38 = load ptr, ptr %8, align 8
  %39 = load ptr, ptr %4, align 8
  %40 = call i32 (ptr, i32, ...) %38(ptr noundef %39, i32 noundef 1073741835) #8
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_wanted(i8 noundef zeroext %0, i8 noundef zeroext %1, i8 noundef zeroext %2) #1 {
  %4 = alloca i8, align 1
  %5 = alloca i8, align 1
  %6 = alloca i8, align 1
  store i8 %0, ptr %4, align 1
  store i8 %1, ptr %5, align 1
  store i8 %2, ptr %6, align 1
  %7 = load i8, ptr %5, align 1
  %8 = load i8, ptr %6, align 1
  %9 = call zeroext i1 @is_msr_access(i8 noundef zeroext %7, i8 noundef zeroext %8) #8
  br i1 %9, label %20, label %10

10:                                               ; preds = %3
  %11 = load i8, ptr %4, align 1
  %12 = load i8, ptr %5, align 1
  %13 = load i8, ptr %6, align 1
  %14 = call zeroext i1 @is_high_cr_access(i8 noundef zeroext %11, i8 noundef zeroext %12, i8 noundef zeroext %13) #8
  br i1 %14, label %20, label %15

15:                                               ; preds = %10
  %16 = load i8, ptr %4, align 1
  %17 = load i8, ptr %5, align 1
  %18 = load i8, ptr %6, align 1
  %19 = call zeroext i1 @is_cr4_write(i8 noundef zeroext %16, i8 noundef zeroext %17, i8 noundef zeroext %18) #8
  br label %20

20:                                               ; preds = %15, %10, %3
  %21 = phi i1 [ true, %10 ], [ true, %3 ], [ %19, %15 ]
  ret i1 %21
}

; Function Attrs: noinline nounwind
define internal void @note_place(ptr noundef %0, i64 noundef %1, i64 noundef %2) #6 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i32, align 4
  %9 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #9
  %10 = load ptr, ptr %4, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %10, i32 0, i32 8
  %12 = getelementptr inbounds [256 x %struct.lightexit_msr_place], ptr %11, i64 0, i64 0
  store ptr %12, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %13 = load i64, ptr %6, align 8
  %14 = icmp eq i64 %13, -1
  br i1 %14, label %15, label %16

15:                                               ; preds = %3
  store i32 1, ptr %9, align 4
  br label %60

16:                                               ; preds = %3
  store i32 0, ptr %8, align 4
  br label %17

17:                                               ; preds = %37, %16
  %18 = load i32, ptr %8, align 4
  %19 = load ptr, ptr %4, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %19, i32 0, i32 6
  %21 = load i32, ptr %20, align 8
  %22 = icmp ult i32 %18, %21
  br i1 %22, label %23, label %42

23:                                               ; preds = %17
  %24 = load ptr, ptr %7, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_msr_place, ptr %24, i32 0, i32 0
  %26 = load i64, ptr %25, align 8
  %27 = load i64, ptr %5, align 8
  %28 = icmp ule i64 %26, %27
  br i1 %28, label %29, label %36

29:                                               ; preds = %23
  %30 = load ptr, ptr %7, align 8
  %31 = getelementptr inbounds nuw %struct.lightexit_msr_place, ptr %30, i32 0, i32 1
  %32 = load i64, ptr %31, align 8
  %33 = load i64, ptr %6, align 8
  %34 = icmp uge i64 %32, %33
  br i1 %34, label %35, label %36

35:                                               ; preds = %29
  store i32 1, ptr %9, align 4
  br label %60

36:                                               ; preds = %29, %23
  br label %37

37:                                               ; preds = %36
  %38 = load i32, ptr %8, align 4
  %39 = add i32 %38, 1
  store i32 %39, ptr %8, align 4
  %40 = load ptr, ptr %7, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_msr_place, ptr %40, i32 1
  store ptr %41, ptr %7, align 8
  br label %17, !llvm.loop !13

42:                                               ; preds = %17
  %43 = load i32, ptr %8, align 4
  %44 = icmp eq i32 %43, 256
  br i1 %44, label %45, label %48

45:                                               ; preds = %42
  %46 = load ptr, ptr %4, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %46, i32 0, i32 4
  store i8 1, ptr %47, align 1
  br label %59

48:                                               ; preds = %42
  %49 = load i64, ptr %5, align 8
  %50 = load ptr, ptr %7, align 8
  %51 = getelementptr inbounds nuw %struct.lightexit_msr_place, ptr %50, i32 0, i32 0
  store i64 %49, ptr %51, align 8
  %52 = load i64, ptr %6, align 8
  %53 = load ptr, ptr %7, align 8
  %54 = getelementptr inbounds nuw %struct.lightexit_msr_place, ptr %53, i32 0, i32 1
  store i64 %52, ptr %54, align 8
  %55 = load ptr, ptr %4, align 8
  %56 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %55, i32 0, i32 6
  %57 = load i32, ptr %56, align 8
  %58 = add i32 %57, 1
  store i32 %58, ptr %56, align 8
  br label %59

59:                                               ; preds = %48, %45
  store i32 0, ptr %9, align 4
  br label %60

60:                                               ; preds = %59, %35, %15
  call void @llvm.lifetime.end.p0(ptr %8) #9
  call void @llvm.lifetime.end.p0(ptr %7) #9
  %61 = load i32, ptr %9, align 4
  switch i32 %61, label %63 [
    i32 0, label %62
    i32 1, label %62
  ]

62:                                               ; preds = %60, %60
  ret void

63:                                               ; preds = %60
  unreachable
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_before_last(i8 noundef zeroext %0, i8 noundef zeroext %1) #1 {
  %3 = alloca i8, align 1
  %4 = alloca i8, align 1
  store i8 %0, ptr %3, align 1
  store i8 %1, ptr %4, align 1
  %5 = load i8, ptr %4, align 1
  %6 = call zeroext i1 @is_prefix(i8 noundef zeroext %5) #8
  br i1 %6, label %24, label %7

7:                                                ; preds = %2
  %8 = load i8, ptr %4, align 1
  %9 = call zeroext i1 @is_rex(i8 noundef zeroext %8) #8
  br i1 %9, label %24, label %10

10:                                               ; preds = %7
  %11 = load i8, ptr %4, align 1
  %12 = zext i8 %11 to i32
  %13 = icmp eq i32 %12, 15
  br i1 %13, label %24, label %14

14:                                               ; preds = %10
  %15 = load i8, ptr %3, align 1
  %16 = zext i8 %15 to i32
  %17 = icmp eq i32 %16, 15
  br i1 %17, label %18, label %22

18:                                               ; preds = %14
  %19 = load i8, ptr %4, align 1
  %20 = zext i8 %19 to i32
  %21 = icmp eq i32 %20, 34
  br label %22

22:                                               ; preds = %18, %14
  %23 = phi i1 [ false, %14 ], [ %21, %18 ]
  br label %24

24:                                               ; preds = %22, %10, %7, %2
  %25 = phi i1 [ true, %10 ], [ true, %7 ], [ true, %2 ], [ %23, %22 ]
  ret i1 %25
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_msr_access(i8 noundef zeroext %0, i8 noundef zeroext %1) #1 {
  %3 = alloca i8, align 1
  %4 = alloca i8, align 1
  store i8 %0, ptr %3, align 1
  store i8 %1, ptr %4, align 1
  %5 = load i8, ptr %3, align 1
  %6 = zext i8 %5 to i32
  %7 = icmp eq i32 %6, 15
  br i1 %7, label %8, label %18

8:                                                ; preds = %2
  %9 = load i8, ptr %4, align 1
  %10 = zext i8 %9 to i32
  %11 = icmp eq i32 %10, 48
  br i1 %11, label %16, label %12

12:                                               ; preds = %8
  %13 = load i8, ptr %4, align 1
  %14 = zext i8 %13 to i32
  %15 = icmp eq i32 %14, 50
  br label %16

16:                                               ; preds = %12, %8
  %17 = phi i1 [ true, %8 ], [ %15, %12 ]
  br label %18

18:                                               ; preds = %16, %2
  %19 = phi i1 [ false, %2 ], [ %17, %16 ]
  ret i1 %19
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_high_cr_access(i8 noundef zeroext %0, i8 noundef zeroext %1, i8 noundef zeroext %2) #1 {
  %4 = alloca i8, align 1
  %5 = alloca i8, align 1
  %6 = alloca i8, align 1
  store i8 %0, ptr %4, align 1
  store i8 %1, ptr %5, align 1
  store i8 %2, ptr %6, align 1
  %7 = load i8, ptr %4, align 1
  %8 = call zeroext i1 @is_rex(i8 noundef zeroext %7) #8
  br i1 %8, label %9, label %28

9:                                                ; preds = %3
  %10 = load i8, ptr %4, align 1
  %11 = zext i8 %10 to i32
  %12 = and i32 %11, 4
  %13 = icmp ne i32 %12, 0
  br i1 %13, label %14, label %28

14:                                               ; preds = %9
  %15 = load i8, ptr %5, align 1
  %16 = zext i8 %15 to i32
  %17 = icmp eq i32 %16, 15
  br i1 %17, label %18, label %28

18:                                               ; preds = %14
  %19 = load i8, ptr %6, align 1
  %20 = zext i8 %19 to i32
  %21 = icmp eq i32 %20, 32
  br i1 %21, label %26, label %22

22:                                               ; preds = %18
  %23 = load i8, ptr %6, align 1
  %24 = zext i8 %23 to i32
  %25 = icmp eq i32 %24, 34
  br label %26

26:                                               ; preds = %22, %18
  %27 = phi i1 [ true, %18 ], [ %25, %22 ]
  br label %28

28:                                               ; preds = %26, %14, %9, %3
  %29 = phi i1 [ false, %14 ], [ false, %9 ], [ false, %3 ], [ %27, %26 ]
  ret i1 %29
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_cr4_write(i8 noundef zeroext %0, i8 noundef zeroext %1, i8 noundef zeroext %2) #1 {
  %4 = alloca i8, align 1
  %5 = alloca i8, align 1
  %6 = alloca i8, align 1
  store i8 %0, ptr %4, align 1
  store i8 %1, ptr %5, align 1
  store i8 %2, ptr %6, align 1
  %7 = load i8, ptr %4, align 1
  %8 = zext i8 %7 to i32
  %9 = icmp eq i32 %8, 15
  br i1 %9, label %10, label %19

10:                                               ; preds = %3
  %11 = load i8, ptr %5, align 1
  %12 = zext i8 %11 to i32
  %13 = icmp eq i32 %12, 34
  br i1 %13, label %14, label %19

14:                                               ; preds = %10
  %15 = load i8, ptr %6, align 1
  %16 = call zeroext i8 @register_of(i8 noundef zeroext %15) #8
  %17 = zext i8 %16 to i32
  %18 = icmp eq i32 %17, 4
  br label %19

19:                                               ; preds = %14, %10, %3
  %20 = phi i1 [ false, %10 ], [ false, %3 ], [ %18, %14 ]
  ret i1 %20
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_rex(i8 noundef zeroext %0) #1 {
  %2 = alloca i8, align 1
  store i8 %0, ptr %2, align 1
  %3 = load i8, ptr %2, align 1
  %4 = zext i8 %3 to i32
  %5 = ashr i32 %4, 4
  %6 = icmp eq i32 %5, 4
  ret i1 %6
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i8 @register_of(i8 noundef zeroext %0) #1 {
  %2 = alloca i8, align 1
  store i8 %0, ptr %2, align 1
  %3 = load i8, ptr %2, align 1
  %4 = zext i8 %3 to i32
  %5 = ashr i32 %4, 3
  %6 = and i32 %5, 7
  %7 = trunc i32 %6 to i8
  ret i8 %7
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_prefix(i8 noundef zeroext %0) #1 {
  %2 = alloca i8, align 1
  store i8 %0, ptr %2, align 1
  %3 = load i8, ptr %2, align 1
  %4 = zext i8 %3 to i32
  %5 = icmp eq i32 %4, 102
  br i1 %5, label %25, label %6

6:                                                ; preds = %1
  %7 = load i8, ptr %2, align 1
  %8 = zext i8 %7 to i32
  %9 = icmp eq i32 %8, 103
  br i1 %9, label %25, label %10

10:                                               ; preds = %6
  %11 = load i8, ptr %2, align 1
  %12 = zext i8 %11 to i32
  %13 = and i32 %12, 231
  %14 = icmp eq i32 %13, 38
  br i1 %14, label %25, label %15

15:                                               ; preds = %10
  %16 = load i8, ptr %2, align 1
  %17 = zext i8 %16 to i32
  %18 = and i32 %17, 254
  %19 = icmp eq i32 %18, 100
  br i1 %19, label %25, label %20

20:                                               ; preds = %15
  %21 = load i8, ptr %2, align 1
  %22 = zext i8 %21 to i32
  %23 = and i32 %22, 254
  %24 = icmp eq i32 %23, 242
  br label %25

25:                                               ; preds = %20, %15, %10, %6, %1
  %26 = phi i1 [ true, %15 ], [ true, %10 ], [ true, %6 ], [ true, %1 ], [ %24, %20 ]
  ret i1 %26
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @decode(ptr noundef %0, ptr noundef %1, i64 noundef %2, ptr noundef %3) #1 {
  %5 = alloca i1, align 1
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i8, align 1
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  %14 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  %15 = load ptr, ptr %7, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %15, i32 0, i32 4
  %17 = load i32, ptr %16, align 8
  %18 = and i32 %17, 32768
  %19 = icmp ne i32 %18, 0
  %20 = zext i1 %19 to i8
  store i8 %20, ptr %10, align 1
  call void @llvm.lifetime.start.p0(ptr %11) #9
  store i64 0, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  store i64 0, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  br label %21

21:                                               ; preds = %63, %4
  %22 = load i64, ptr %12, align 8
  store i64 %22, ptr %13, align 8
  %23 = load i64, ptr %11, align 8
  store i64 %23, ptr %12, align 8
  %24 = load ptr, ptr %9, align 8
  %25 = getelementptr inbounds nuw %struct.access_code, ptr %24, i32 0, i32 0
  %26 = load i32, ptr %25, align 4
  %27 = icmp eq i32 %26, 15
  br i1 %27, label %38, label %28

28:                                               ; preds = %21
  %29 = load ptr, ptr %6, align 8
  %30 = load ptr, ptr %7, align 8
  %31 = load i64, ptr %8, align 8
  %32 = load ptr, ptr %9, align 8
  %33 = getelementptr inbounds nuw %struct.access_code, ptr %32, i32 0, i32 0
  %34 = load i32, ptr %33, align 4
  %35 = zext i32 %34 to i64
  %36 = add i64 %31, %35
  %37 = call zeroext i1 @load_at(ptr noundef %29, ptr noundef %30, i64 noundef %36, i32 noundef 1, ptr noundef %11) #8
  br i1 %37, label %39, label %38

38:                                               ; preds = %28, %21
  store i1 false, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %108

39:                                               ; preds = %28
  %40 = load ptr, ptr %9, align 8
  %41 = getelementptr inbounds nuw %struct.access_code, ptr %40, i32 0, i32 0
  %42 = load i32, ptr %41, align 4
  %43 = add i32 %42, 1
  store i32 %43, ptr %41, align 4
  br label %44

44:                                               ; preds = %39
  %45 = load i64, ptr %12, align 8
  %46 = icmp ne i64 %45, 15
  br i1 %46, label %47, label %63

47:                                               ; preds = %44
  %48 = load i64, ptr %11, align 8
  %49 = trunc i64 %48 to i8
  %50 = call zeroext i1 @is_prefix(i8 noundef zeroext %49) #8
  br i1 %50, label %61, label %51

51:                                               ; preds = %47
  %52 = load i8, ptr %10, align 1, !range !4, !noundef !5
  %53 = trunc i8 %52 to i1
  br i1 %53, label %54, label %58

54:                                               ; preds = %51
  %55 = load i64, ptr %11, align 8
  %56 = trunc i64 %55 to i8
  %57 = call zeroext i1 @is_rex(i8 noundef zeroext %56) #8
  br i1 %57, label %61, label %58

58:                                               ; preds = %54, %51
  %59 = load i64, ptr %11, align 8
  %60 = icmp eq i64 %59, 15
  br label %61

61:                                               ; preds = %58, %54, %47
  %62 = phi i1 [ true, %54 ], [ true, %47 ], [ %60, %58 ]
  br label %63

63:                                               ; preds = %61, %44
  %64 = phi i1 [ false, %44 ], [ %62, %61 ]
  br i1 %64, label %21, label %65, !llvm.loop !14

65:                                               ; preds = %63
  %66 = load i64, ptr %11, align 8
  %67 = icmp eq i64 %66, 48
  br i1 %67, label %71, label %68

68:                                               ; preds = %65
  %69 = load i64, ptr %11, align 8
  %70 = icmp eq i64 %69, 34
  br label %71

71:                                               ; preds = %68, %65
  %72 = phi i1 [ true, %65 ], [ %70, %68 ]
  %73 = load ptr, ptr %9, align 8
  %74 = getelementptr inbounds nuw %struct.access_code, ptr %73, i32 0, i32 1
  %75 = zext i1 %72 to i8
  store i8 %75, ptr %74, align 4
  %76 = load i64, ptr %12, align 8
  %77 = icmp eq i64 %76, 15
  br i1 %77, label %78, label %102

78:                                               ; preds = %71
  %79 = load i64, ptr %11, align 8
  %80 = icmp eq i64 %79, 32
  br i1 %80, label %84, label %81

81:                                               ; preds = %78
  %82 = load i64, ptr %11, align 8
  %83 = icmp eq i64 %82, 34
  br i1 %83, label %84, label %102

84:                                               ; preds = %81, %78
  %85 = load ptr, ptr %6, align 8
  %86 = load ptr, ptr %7, align 8
  %87 = load i64, ptr %8, align 8
  %88 = load i8, ptr %10, align 1, !range !4, !noundef !5
  %89 = trunc i8 %88 to i1
  br i1 %89, label %90, label %96

90:                                               ; preds = %84
  %91 = load i64, ptr %13, align 8
  %92 = trunc i64 %91 to i8
  %93 = call zeroext i1 @is_rex(i8 noundef zeroext %92) #8
  br i1 %93, label %94, label %96

94:                                               ; preds = %90
  %95 = load i64, ptr %13, align 8
  br label %97

96:                                               ; preds = %90, %84
  br label %97

97:                                               ; preds = %96, %94
  %98 = phi i64 [ %95, %94 ], [ 0, %96 ]
  %99 = trunc i64 %98 to i8
  %100 = load ptr, ptr %9, align 8
  %101 = call zeroext i1 @decode_registers(ptr noundef %85, ptr noundef %86, i64 noundef %87, i8 noundef zeroext %99, ptr noundef %100) #8
  store i1 %101, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %108

102:                                              ; preds = %81, %71
  %103 = load i64, ptr %12, align 8
  %104 = trunc i64 %103 to i8
  %105 = load i64, ptr %11, align 8
  %106 = trunc i64 %105 to i8
  %107 = call zeroext i1 @is_msr_access(i8 noundef zeroext %104, i8 noundef zeroext %106) #8
  store i1 %107, ptr %5, align 1
  store i32 1, ptr %14, align 4
  br label %108

108:                                              ; preds = %102, %97, %38
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  call void @llvm.lifetime.end.p0(ptr %10) #9
  %109 = load i1, ptr %5, align 1
  ret i1 %109
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @is_cr4(ptr noundef %0, i64 noundef %1) #1 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %5, i32 0, i32 4
  %7 = load i32, ptr %6, align 8
  %8 = and i32 %7, 32768
  %9 = icmp ne i32 %8, 0
  br i1 %9, label %14, label %10

10:                                               ; preds = %2
  %11 = load i64, ptr %4, align 8
  %12 = trunc i64 %11 to i32
  %13 = zext i32 %12 to i64
  store i64 %13, ptr %4, align 8
  br label %14

14:                                               ; preds = %10, %2
  %15 = load i64, ptr %4, align 8
  %16 = and i64 %15, -3475456
  %17 = icmp ne i64 %16, 0
  %18 = xor i1 %17, true
  ret i1 %18
}

; Function Attrs: alwaysinline nounwind
define internal i32 @access_cr8(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3, ptr noundef %4) #1 {
  %6 = alloca i32, align 4
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca ptr, align 8
  %12 = alloca ptr, align 8
  %13 = alloca %struct.lightexit_io_context, align 8
  %14 = alloca i32, align 4
  %15 = alloca i32, align 4
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store ptr %2, ptr %9, align 8
  store ptr %3, ptr %10, align 8
  store ptr %4, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  %16 = load ptr, ptr %10, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %16, i32 0, i32 1
  %18 = load ptr, ptr %11, align 8
  %19 = getelementptr inbounds nuw %struct.access_code, ptr %18, i32 0, i32 3
  %20 = load i8, ptr %19, align 2
  %21 = zext i8 %20 to i64
  %22 = getelementptr inbounds nuw [16 x i64], ptr %17, i64 0, i64 %21
  store ptr %22, ptr %12, align 8
  call void @llvm.lifetime.start.p0(ptr %13) #9
  %23 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 0
  store i64 -9223372036854775808, ptr %23, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 1
  %25 = load ptr, ptr %11, align 8
  %26 = getelementptr inbounds nuw %struct.access_code, ptr %25, i32 0, i32 1
  %27 = load i8, ptr %26, align 4, !range !4, !noundef !5
  %28 = trunc i8 %27 to i1
  br i1 %28, label %29, label %32

29:                                               ; preds = %5
  %30 = load ptr, ptr %12, align 8
  %31 = load i64, ptr %30, align 8
  br label %33

32:                                               ; preds = %5
  br label %33

33:                                               ; preds = %32, %29
  %34 = phi i64 [ %31, %29 ], [ 0, %32 ]
  store i64 %34, ptr %24, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 2
  store i64 0, ptr %35, align 8
  %36 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 3
  store i32 0, ptr %36, align 8
  %37 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 4
  store i8 8, ptr %37, align 4
  %38 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 5
  %39 = load ptr, ptr %11, align 8
  %40 = getelementptr inbounds nuw %struct.access_code, ptr %39, i32 0, i32 1
  %41 = load i8, ptr %40, align 4, !range !4, !noundef !5
  %42 = trunc i8 %41 to i1
  %43 = zext i1 %42 to i8
  store i8 %43, ptr %38, align 1
  %44 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 6
  store i8 1, ptr %44, align 2
  %45 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 7
  store i8 0, ptr %45, align 1
  %46 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 8
  store i32 0, ptr %46, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 9
  store i32 0, ptr %47, align 4
  %48 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 10
  store i32 0, ptr %48, align 8
  %49 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 11
  store i32 0, ptr %49, align 4
  %50 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 12
  store i32 0, ptr %50, align 8
  %51 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 13
  store i8 0, ptr %51, align 4
  %52 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 14
  store i8 0, ptr %52, align 1
  %53 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 15
  store i8 0, ptr %53, align 2
  %54 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 16
  store i8 0, ptr %54, align 1
  %55 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 17
  store i64 0, ptr %55, align 8
  call void @llvm.lifetime.start.p0(ptr %14) #9
  %56 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 1
  %57 = load i64, ptr %56, align 8
  %58 = lshr i64 %57, 4
  %59 = icmp ne i64 %58, 0
  br i1 %59, label %60, label %61

60:                                               ; preds = %33
  store i32 2, ptr %6, align 4
  store i32 1, ptr %15, align 4
  br label %89

61:                                               ; preds = %33
  %62 = load ptr, ptr %9, align 8
  %63 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %62, i32 0, i32 1
  %64 = load i64, ptr %63, align 8
  %65 = inttoptr i64 %64 to ptr
  %66 = load ptr, ptr %9, align 8
  %67 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %66, i32 0, i32 0
  %68 = load i64, ptr %67, align 8
  %69 = inttoptr i64 %68 to ptr
  %70 = call i32 %65(ptr noundef %69, ptr noundef %13) #8
  store i32 %70, ptr %14, align 4
  %71 = load i32, ptr %14, align 4
  %72 = icmp eq i32 %71, 1
  br i1 %72, label %73, label %87

73:                                               ; preds = %61
  %74 = load ptr, ptr %11, align 8
  %75 = getelementptr inbounds nuw %struct.access_code, ptr %74, i32 0, i32 1
  %76 = load i8, ptr %75, align 4, !range !4, !noundef !5
  %77 = trunc i8 %76 to i1
  br i1 %77, label %87, label %78

78:                                               ; preds = %73
  %79 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %13, i32 0, i32 1
  %80 = load i64, ptr %79, align 8
  %81 = load ptr, ptr %12, align 8
  store i64 %80, ptr %81, align 8
  %82 = load ptr, ptr %7, align 8
  %83 = load ptr, ptr %8, align 8
  %84 = load ptr, ptr %7, align 8
  %85 = load ptr, ptr %8, align 8
  %86 = call i64 @read_flags(ptr noundef %84, ptr noundef %85) #8
  call void @restore(ptr noundef %82, ptr noundef %83, i64 noundef %86) #8
  br label %87

87:                                               ; preds = %78, %73, %61
  %88 = load i32, ptr %14, align 4
  store i32 %88, ptr %6, align 4
  store i32 1, ptr %15, align 4
  br label %89

89:                                               ; preds = %87, %60
  call void @llvm.lifetime.end.p0(ptr %14) #9
  call void @llvm.lifetime.end.p0(ptr %13) #9
  call void @llvm.lifetime.end.p0(ptr %12) #9
  %90 = load i32, ptr %6, align 4
  ret i32 %90
}

; Function Attrs: alwaysinline nounwind
define internal i32 @access_msr(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3, i1 noundef zeroext %4) #1 {
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i8, align 1
  %11 = alloca %struct.lightexit_io_context, align 8
  %12 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store ptr %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store ptr %3, ptr %9, align 8
  %13 = zext i1 %4 to i8
  store i8 %13, ptr %10, align 1
  call void @llvm.lifetime.start.p0(ptr %11) #9
  %14 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 0
  %15 = load ptr, ptr %9, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %15, i32 0, i32 1
  %17 = getelementptr inbounds [16 x i64], ptr %16, i64 0, i64 1
  %18 = load i64, ptr %17, align 8
  %19 = trunc i64 %18 to i32
  %20 = zext i32 %19 to i64
  store i64 %20, ptr %14, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 1
  %22 = load i8, ptr %10, align 1, !range !4, !noundef !5
  %23 = trunc i8 %22 to i1
  br i1 %23, label %24, label %37

24:                                               ; preds = %5
  %25 = load ptr, ptr %9, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %25, i32 0, i32 1
  %27 = getelementptr inbounds [16 x i64], ptr %26, i64 0, i64 0
  %28 = load i64, ptr %27, align 8
  %29 = trunc i64 %28 to i32
  %30 = zext i32 %29 to i64
  %31 = load ptr, ptr %9, align 8
  %32 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %31, i32 0, i32 1
  %33 = getelementptr inbounds [16 x i64], ptr %32, i64 0, i64 2
  %34 = load i64, ptr %33, align 8
  %35 = shl i64 %34, 32
  %36 = or i64 %30, %35
  br label %38

37:                                               ; preds = %5
  br label %38

38:                                               ; preds = %37, %24
  %39 = phi i64 [ %36, %24 ], [ 0, %37 ]
  store i64 %39, ptr %21, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 2
  store i64 0, ptr %40, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 3
  store i32 0, ptr %41, align 8
  %42 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 4
  store i8 8, ptr %42, align 4
  %43 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 5
  %44 = load i8, ptr %10, align 1, !range !4, !noundef !5
  %45 = trunc i8 %44 to i1
  %46 = zext i1 %45 to i8
  store i8 %46, ptr %43, align 1
  %47 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 6
  store i8 2, ptr %47, align 2
  %48 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 7
  store i8 0, ptr %48, align 1
  %49 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 8
  store i32 0, ptr %49, align 8
  %50 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 9
  store i32 0, ptr %50, align 4
  %51 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 10
  store i32 0, ptr %51, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 11
  store i32 0, ptr %52, align 4
  %53 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 12
  store i32 0, ptr %53, align 8
  %54 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 13
  store i8 0, ptr %54, align 4
  %55 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 14
  store i8 0, ptr %55, align 1
  %56 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 15
  store i8 0, ptr %56, align 2
  %57 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 16
  store i8 0, ptr %57, align 1
  %58 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 17
  store i64 0, ptr %58, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  %59 = load ptr, ptr %7, align 8
  %60 = load ptr, ptr %8, align 8
  %61 = call i32 @answer_msr(ptr noundef %59, ptr noundef %60, ptr noundef %11) #8
  store i32 %61, ptr %12, align 4
  %62 = load i32, ptr %12, align 4
  %63 = icmp eq i32 %62, 1
  br i1 %63, label %64, label %79

64:                                               ; preds = %38
  %65 = load i8, ptr %10, align 1, !range !4, !noundef !5
  %66 = trunc i8 %65 to i1
  br i1 %66, label %79, label %67

67:                                               ; preds = %64
  %68 = load ptr, ptr %6, align 8
  %69 = load ptr, ptr %7, align 8
  %70 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 1
  %71 = load i64, ptr %70, align 8
  %72 = trunc i64 %71 to i32
  call void @write_half(ptr noundef %68, ptr noundef %69, i32 noundef 0, i32 noundef %72) #8
  %73 = load ptr, ptr %6, align 8
  %74 = load ptr, ptr %7, align 8
  %75 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %11, i32 0, i32 1
  %76 = load i64, ptr %75, align 8
  %77 = lshr i64 %76, 32
  %78 = trunc i64 %77 to i32
  call void @write_half(ptr noundef %73, ptr noundef %74, i32 noundef 2, i32 noundef %78) #8
  br label %79

79:                                               ; preds = %67, %64, %38
  %80 = load i32, ptr %12, align 4
  call void @llvm.lifetime.end.p0(ptr %12) #9
  call void @llvm.lifetime.end.p0(ptr %11) #9
  ret i32 %80
}

; Function Attrs: alwaysinline nounwind
define internal void @go_to(ptr noundef %0, ptr noundef %1, ptr noundef %2, i64 noundef %3) #1 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %9 = load ptr, ptr %6, align 8
  %10 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %9, i32 0, i32 3
  %11 = load i64, ptr %10, align 8
  %12 = inttoptr i64 %11 to ptr
  %13 = load ptr, ptr %5, align 8
  %14 = load ptr, ptr %7, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %14, i32 0, i32 2
  %16 = load i32, ptr %15, align 8
  %17 = call i32 %12(ptr noundef %13, i32 noundef %16, ptr noundef %8) #8
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @protect(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3) #1 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca %struct.event, align 4
  %11 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #9
  %12 = load ptr, ptr %8, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %12, i32 0, i32 14
  %14 = load i64, ptr %13, align 8
  %15 = inttoptr i64 %14 to ptr
  store ptr %15, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #9
  call void @llvm.memcpy.p0.p0.i64(ptr align 4 %10, ptr align 4 @__const.protect.event, i64 12, i1 false)
  %16 = load ptr, ptr %5, align 8
  %17 = load ptr, ptr %6, align 8
  %18 = load ptr, ptr %8, align 8
  %19 = call zeroext i1 @deliver(ptr noundef %16, ptr noundef %10, ptr noundef %17, ptr noundef %18) #8
  br i1 %19, label %20, label %27

20:                                               ; preds = %4
  %21 = load ptr, ptr %5, align 8
  %22 = load ptr, ptr %9, align 8
  %23 = load ptr, ptr %7, align 8
  %24 = load ptr, ptr %6, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %24, i32 0, i32 2
  %26 = load i64, ptr %25, align 8
  call void @go_to(ptr noundef %21, ptr noundef %22, ptr noundef %23, i64 noundef %26) #8
  store i32 1, ptr %11, align 4
  br label %43

27:                                               ; preds = %4
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %28, i32 0, i32 21
  store i32 0, ptr %29, align 8
  %30 = load ptr, ptr %6, align 8
  %31 = getelementptr inbounds nuw %struct.lightexit_saved_cpu, ptr %30, i32 0, i32 22
  store i32 0, ptr %31, align 4
  %32 = load ptr, ptr %5, align 8
  %33 = load ptr, ptr %8, align 8
  %34 = load ptr, ptr %5, align 8
  %35 = load ptr, ptr %8, align 8
  %36 = call i64 @read_flags(ptr noundef %34, ptr noundef %35) #8
  call void @restore(ptr noundef %32, ptr noundef %33, i64 noundef %36) #8
  %37 = load ptr, ptr %8, align 8
  %38 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %37, i32 0, i32 7
  store i32 13, ptr %38, align 4
  %39 = load ptr, ptr %8, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_watch, ptr %39, i32 0, i32 6
  store i32 1, ptr %40, align 8
  %41 = load ptr, ptr %5, align 8
  %42 = load ptr, ptr %8, align 8
  call void @stop(ptr noundef %41, ptr noundef %42) #8
  store i32 0, ptr %11, align 4
  br label %43

43:                                               ; preds = %27, %20
  call void @llvm.lifetime.end.p0(ptr %10) #9
  call void @llvm.lifetime.end.p0(ptr %9) #9
  %44 = load i32, ptr %11, align 4
  switch i32 %44, label %46 [
    i32 0, label %45
    i32 1, label %45
  ]

45:                                               ; preds = %43, %43
  ret void

46:                                               ; preds = %43
  unreachable
}

; Function Attrs: alwaysinline nounwind
define internal zeroext i1 @decode_registers(ptr noundef %0, ptr noundef %1, i64 noundef %2, i8 noundef zeroext %3, ptr noundef %4) #1 {
  %6 = alloca i1, align 1
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i8, align 1
  %11 = alloca ptr, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  store ptr %0, ptr %7, align 8
  store ptr %1, ptr %8, align 8
  store i64 %2, ptr %9, align 8
  store i8 %3, ptr %10, align 1
  store ptr %4, ptr %11, align 8
  call void @llvm.lifetime.start.p0(ptr %12) #9
  %14 = load ptr, ptr %7, align 8
  %15 = load ptr, ptr %8, align 8
  %16 = load i64, ptr %9, align 8
  %17 = load ptr, ptr %11, align 8
  %18 = getelementptr inbounds nuw %struct.access_code, ptr %17, i32 0, i32 0
  %19 = load i32, ptr %18, align 4
  %20 = zext i32 %19 to i64
  %21 = add i64 %16, %20
  %22 = call zeroext i1 @load_at(ptr noundef %14, ptr noundef %15, i64 noundef %21, i32 noundef 1, ptr noundef %12) #8
  br i1 %22, label %24, label %23

23:                                               ; preds = %5
  store i1 false, ptr %6, align 1
  store i32 1, ptr %13, align 4
  br label %72

24:                                               ; preds = %5
  %25 = load i64, ptr %12, align 8
  %26 = trunc i64 %25 to i8
  %27 = call zeroext i8 @register_of(i8 noundef zeroext %26) #8
  %28 = zext i8 %27 to i32
  %29 = load i8, ptr %10, align 1
  %30 = zext i8 %29 to i32
  %31 = and i32 %30, 4
  %32 = shl i32 %31, 1
  %33 = or i32 %28, %32
  %34 = trunc i32 %33 to i8
  %35 = load ptr, ptr %11, align 8
  %36 = getelementptr inbounds nuw %struct.access_code, ptr %35, i32 0, i32 2
  store i8 %34, ptr %36, align 1
  %37 = load i64, ptr %12, align 8
  %38 = and i64 %37, 7
  %39 = load i8, ptr %10, align 1
  %40 = zext i8 %39 to i32
  %41 = and i32 %40, 1
  %42 = shl i32 %41, 3
  %43 = sext i32 %42 to i64
  %44 = or i64 %38, %43
  %45 = trunc i64 %44 to i8
  %46 = load ptr, ptr %11, align 8
  %47 = getelementptr inbounds nuw %struct.access_code, ptr %46, i32 0, i32 3
  store i8 %45, ptr %47, align 2
  %48 = load ptr, ptr %11, align 8
  %49 = getelementptr inbounds nuw %struct.access_code, ptr %48, i32 0, i32 0
  %50 = load i32, ptr %49, align 4
  %51 = add i32 %50, 1
  store i32 %51, ptr %49, align 4
  %52 = load ptr, ptr %11, align 8
  %53 = getelementptr inbounds nuw %struct.access_code, ptr %52, i32 0, i32 2
  %54 = load i8, ptr %53, align 1
  %55 = zext i8 %54 to i32
  %56 = icmp eq i32 %55, 8
  br i1 %56, label %70, label %57

57:                                               ; preds = %24
  %58 = load ptr, ptr %11, align 8
  %59 = getelementptr inbounds nuw %struct.access_code, ptr %58, i32 0, i32 2
  %60 = load i8, ptr %59, align 1
  %61 = zext i8 %60 to i32
  %62 = icmp eq i32 %61, 4
  br i1 %62, label %63, label %68

63:                                               ; preds = %57
  %64 = load ptr, ptr %11, align 8
  %65 = getelementptr inbounds nuw %struct.access_code, ptr %64, i32 0, i32 1
  %66 = load i8, ptr %65, align 4, !range !4, !noundef !5
  %67 = trunc i8 %66 to i1
  br label %68

68:                                               ; preds = %63, %57
  %69 = phi i1 [ false, %57 ], [ %67, %63 ]
  br label %70

70:                                               ; preds = %68, %24
  %71 = phi i1 [ true, %24 ], [ %69, %68 ]
  store i1 %71, ptr %6, align 1
  store i32 1, ptr %13, align 4
  br label %72

72:                                               ; preds = %70, %23
  call void @llvm.lifetime.end.p0(ptr %12) #9
  %73 = load i1, ptr %6, align 1
  ret i1 %73
}

; Function Attrs: alwaysinline nounwind
define internal i32 @answer_msr(ptr noundef %0, ptr noundef %1, ptr noundef %2) #1 {
  %4 = alloca i32, align 4
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i32, align 4
  %9 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #9
  %10 = load ptr, ptr %7, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %10, i32 0, i32 0
  %12 = load i64, ptr %11, align 8
  %13 = icmp eq i64 %12, 16
  br i1 %13, label %14, label %27

14:                                               ; preds = %3
  %15 = load ptr, ptr %7, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %15, i32 0, i32 5
  %17 = load i8, ptr %16, align 1
  %18 = icmp ne i8 %17, 0
  br i1 %18, label %27, label %19

19:                                               ; preds = %14
  %20 = load ptr, ptr %5, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_delivery, ptr %20, i32 0, i32 17
  %22 = load i64, ptr %21, align 8
  %23 = inttoptr i64 %22 to ptr
  %24 = call i64 @clock_now(ptr noundef %23) #8
  %25 = load ptr, ptr %7, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %25, i32 0, i32 1
  store i64 %24, ptr %26, align 8
  store i32 1, ptr %4, align 4
  store i32 1, ptr %9, align 4
  br label %51

27:                                               ; preds = %14, %3
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %28, i32 0, i32 1
  %30 = load i64, ptr %29, align 8
  %31 = inttoptr i64 %30 to ptr
  %32 = load ptr, ptr %6, align 8
  %33 = getelementptr inbounds nuw %struct.lightexit_msr_watch, ptr %32, i32 0, i32 0
  %34 = load i64, ptr %33, align 8
  %35 = inttoptr i64 %34 to ptr
  %36 = load ptr, ptr %7, align 8
  %37 = call i32 %31(ptr noundef %35, ptr noundef %36) #8
  store i32 %37, ptr %8, align 4
  %38 = load i32, ptr %8, align 4
  %39 = icmp eq i32 %38, 0
  br i1 %39, label %40, label %47

40:                                               ; preds = %27
  %41 = load ptr, ptr %7, align 8
  %42 = getelementptr inbounds nuw %struct.lightexit_io_context, ptr %41, i32 0, i32 0
  %43 = load i64, ptr %42, align 8
  %44 = lshr i64 %43, 8
  %45 = icmp eq i64 %44, 8
  br i1 %45, label %46, label %47

46:                                               ; preds = %40
  br label %49

47:                                               ; preds = %40, %27
  %48 = load i32, ptr %8, align 4
  br label %49

49:                                               ; preds = %47, %46
  %50 = phi i32 [ 2, %46 ], [ %48, %47 ]
  store i32 %50, ptr %4, align 4
  store i32 1, ptr %9, align 4
  br label %51

51:                                               ; preds = %49, %19
  call void @llvm.lifetime.end.p0(ptr %8) #9
  %52 = load i32, ptr %4, align 4
  ret i32 %52
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" }
attributes #1 = { alwaysinline nounwind "no-builtins" "no-jump-tables"="true" }
attributes #2 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #3 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #4 = { inlinehint nounwind "no-builtins" "no-jump-tables"="true" }
attributes #5 = { nocallback nofree nounwind willreturn memory(argmem: readwrite) }
attributes #6 = { noinline nounwind "no-builtins" "no-jump-tables"="true" }
attributes #7 = { nocallback nofree nosync nounwind willreturn }
attributes #8 = { nobuiltin "no-builtins" }
attributes #9 = { nounwind }

!llvm.module.flags = !{!0, !1, !2}

!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!4 = !{i8 0, i8 2}
!5 = !{}
!6 = distinct !{!6, !7}
!7 = !{!"llvm.loop.mustprogress"}
!8 = distinct !{!8, !7}
!9 = distinct !{!9, !7}
!10 = distinct !{!10, !7}
!11 = distinct !{!11, !7}
!12 = distinct !{!12, !7}
!13 = distinct !{!13, !7}
!14 = distinct !{!14, !7}
