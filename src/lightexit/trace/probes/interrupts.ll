; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
; Made of interrupts.c by tools/runtime.py; do not edit.

%struct.lightexit_probe_config = type { i32, i32, i32, i32, i32, i32, i32, %struct.lightexit_thread, %struct.lightexit_access_tally, %struct.lightexit_line_tally, %struct.lightexit_watched_vm, %struct.lightexit_apic_tally }
%struct.lightexit_thread = type { %struct.lightexit_seen_access, i64, i64, i32, i32, i32, i8, i8, i8, i8, i8, i8, i8 }
%struct.lightexit_seen_access = type { i64, i64, i64, i32, i32, i32, i32 }
%struct.lightexit_access_tally = type { %struct.lightexit_tally, %struct.lightexit_tally, i64 }
%struct.lightexit_tally = type { i64, i64, i64 }
%struct.lightexit_line_tally = type { i64, i64 }
%struct.lightexit_watched_vm = type { i64 }
%struct.lightexit_apic_tally = type { i64 }
%struct.lightexit_apic_tally_key = type { i32, i32, i32, i32 }
%struct.look = type { i32, i32, i32 }
%struct.lightexit_cpu_state = type { i64, i64, i64, i64, i64, i32, i32 }
%struct.lightexit_line_tally_key = type { i32, i32 }

@apic = external global i8, align 1
@config = external global %struct.lightexit_probe_config, align 8
@cpus = external global i8, align 1
@vms = external global i8, align 1
@threads = external global i8, align 1
@lines = external global i8, align 1

; Function Attrs: nounwind
define i32 @kvm_apic(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca %struct.lightexit_apic_tally_key, align 4
  %6 = alloca i64, align 8
  %7 = alloca %struct.look, align 4
  %8 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %9 = call i64 inttoptr (i64 14 to ptr)() #5
  store i64 %9, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #4
  %10 = call i32 @is_looked_at(ptr noundef %7) #5
  %11 = icmp ne i32 %10, 0
  br i1 %11, label %13, label %12

12:                                               ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %58

13:                                               ; preds = %1
  %14 = load i64, ptr %6, align 8
  %15 = lshr i64 %14, 32
  %16 = trunc i64 %15 to i32
  %17 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 0
  store i32 %16, ptr %17, align 4
  %18 = load i64, ptr %6, align 8
  %19 = trunc i64 %18 to i32
  %20 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 1
  store i32 %19, ptr %20, align 4
  %21 = load ptr, ptr %3, align 8
  %22 = getelementptr inbounds i64, ptr %21, i64 1
  %23 = load i64, ptr %22, align 8
  %24 = trunc i64 %23 to i32
  %25 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 2
  store i32 %24, ptr %25, align 4
  %26 = load ptr, ptr %3, align 8
  %27 = getelementptr inbounds i64, ptr %26, i64 0
  %28 = load i64, ptr %27, align 8
  %29 = and i64 %28, 4294967295
  %30 = icmp ne i64 %29, 0
  %31 = zext i1 %30 to i64
  %32 = select i1 %30, i32 1, i32 0
  %33 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 3
  store i32 %32, ptr %33, align 4
  %34 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 0
  %35 = load i32, ptr %34, align 4
  %36 = call i32 @is_watched(i32 noundef %35) #5
  %37 = icmp ne i32 %36, 0
  br i1 %37, label %39, label %38

38:                                               ; preds = %13
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %58

39:                                               ; preds = %13
  %40 = call ptr @entry_of(ptr noundef @apic, ptr noundef %5, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 11)) #5
  store ptr %40, ptr %4, align 8
  %41 = load ptr, ptr %4, align 8
  %42 = icmp ne ptr %41, null
  br i1 %42, label %43, label %52

43:                                               ; preds = %39
  %44 = getelementptr inbounds nuw %struct.look, ptr %7, i32 0, i32 2
  %45 = load i32, ptr %44, align 4
  %46 = zext i32 %45 to i64
  %47 = shl i64 1, %46
  %48 = load ptr, ptr %4, align 8
  %49 = getelementptr inbounds nuw %struct.lightexit_apic_tally, ptr %48, i32 0, i32 0
  %50 = load i64, ptr %49, align 8
  %51 = add i64 %50, %47
  store i64 %51, ptr %49, align 8
  br label %57

52:                                               ; preds = %39
  %53 = getelementptr inbounds nuw %struct.look, ptr %7, i32 0, i32 2
  %54 = load i32, ptr %53, align 4
  %55 = zext i32 %54 to i64
  %56 = shl i64 1, %55
  call void @lost(i64 noundef %56, i32 noundef 0) #5
  br label %57

57:                                               ; preds = %52, %43
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %58

58:                                               ; preds = %57, %38, %12
  call void @llvm.lifetime.end.p0(ptr %7) #4
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %59 = load i32, ptr %2, align 4
  ret i32 %59
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(ptr captures(none)) #1

; Function Attrs: alwaysinline nounwind
define internal i32 @is_looked_at(ptr noundef %0) #2 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %6 = call i64 inttoptr (i64 118 to ptr)() #5
  %7 = trunc i64 %6 to i32
  %8 = load ptr, ptr %3, align 8
  %9 = getelementptr inbounds nuw %struct.look, ptr %8, i32 0, i32 0
  store i32 %7, ptr %9, align 4
  %10 = load ptr, ptr %3, align 8
  %11 = getelementptr inbounds nuw %struct.look, ptr %10, i32 0, i32 1
  store i32 0, ptr %11, align 4
  %12 = load ptr, ptr %3, align 8
  %13 = getelementptr inbounds nuw %struct.look, ptr %12, i32 0, i32 2
  store i32 0, ptr %13, align 4
  %14 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 3), align 4
  %15 = icmp ne i32 %14, 0
  br i1 %15, label %17, label %16

16:                                               ; preds = %1
  store i32 1, ptr %2, align 4
  store i32 1, ptr %5, align 4
  br label %64

17:                                               ; preds = %1
  %18 = call ptr @this_cpu() #5
  store ptr %18, ptr %4, align 8
  %19 = load ptr, ptr %4, align 8
  %20 = icmp ne ptr %19, null
  br i1 %20, label %22, label %21

21:                                               ; preds = %17
  store i32 0, ptr %2, align 4
  store i32 1, ptr %5, align 4
  br label %64

22:                                               ; preds = %17
  %23 = load ptr, ptr %3, align 8
  %24 = getelementptr inbounds nuw %struct.look, ptr %23, i32 0, i32 0
  %25 = load i32, ptr %24, align 4
  %26 = load ptr, ptr %4, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %26, i32 0, i32 5
  %28 = load i32, ptr %27, align 8
  %29 = sub i32 %25, %28
  %30 = icmp uge i32 %29, 64
  br i1 %30, label %31, label %37

31:                                               ; preds = %22
  %32 = load ptr, ptr %4, align 8
  %33 = load ptr, ptr %3, align 8
  %34 = getelementptr inbounds nuw %struct.look, ptr %33, i32 0, i32 0
  %35 = load i32, ptr %34, align 4
  %36 = call i32 @new_window(ptr noundef %32, i32 noundef %35) #5
  br label %37

37:                                               ; preds = %31, %22
  %38 = load ptr, ptr %4, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %38, i32 0, i32 2
  %40 = load i64, ptr %39, align 8
  %41 = add i64 %40, 1
  store i64 %41, ptr %39, align 8
  %42 = udiv i64 %40, 16
  %43 = trunc i64 %42 to i32
  %44 = load ptr, ptr %3, align 8
  %45 = getelementptr inbounds nuw %struct.look, ptr %44, i32 0, i32 1
  store i32 %43, ptr %45, align 4
  %46 = load ptr, ptr %4, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %46, i32 0, i32 6
  %48 = load i32, ptr %47, align 4
  %49 = load ptr, ptr %3, align 8
  %50 = getelementptr inbounds nuw %struct.look, ptr %49, i32 0, i32 2
  store i32 %48, ptr %50, align 4
  %51 = load ptr, ptr %3, align 8
  %52 = getelementptr inbounds nuw %struct.look, ptr %51, i32 0, i32 1
  %53 = load i32, ptr %52, align 4
  %54 = mul i32 %53, -1640531535
  %55 = zext i32 %54 to i64
  %56 = load ptr, ptr %3, align 8
  %57 = getelementptr inbounds nuw %struct.look, ptr %56, i32 0, i32 2
  %58 = load i32, ptr %57, align 4
  %59 = sub i32 32, %58
  %60 = zext i32 %59 to i64
  %61 = lshr i64 %55, %60
  %62 = icmp eq i64 %61, 0
  %63 = zext i1 %62 to i32
  store i32 %63, ptr %2, align 4
  store i32 1, ptr %5, align 4
  br label %64

64:                                               ; preds = %37, %21, %16
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %65 = load i32, ptr %2, align 4
  ret i32 %65
}

; Function Attrs: alwaysinline nounwind
define internal i32 @is_watched(i32 noundef %0) #2 {
  %2 = alloca i32, align 4
  store i32 %0, ptr %2, align 4
  %3 = load volatile i32, ptr @config, align 8
  %4 = icmp ne i32 %3, 0
  br i1 %4, label %5, label %8

5:                                                ; preds = %1
  %6 = call ptr inttoptr (i64 1 to ptr)(ptr noundef @vms, ptr noundef %2) #5
  %7 = icmp ne ptr %6, null
  br label %8

8:                                                ; preds = %5, %1
  %9 = phi i1 [ true, %1 ], [ %7, %5 ]
  %10 = zext i1 %9 to i32
  ret i32 %10
}

; Function Attrs: alwaysinline nounwind
define internal ptr @entry_of(ptr noundef %0, ptr noundef %1, ptr noundef %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #4
  %10 = load ptr, ptr %5, align 8
  %11 = load ptr, ptr %6, align 8
  %12 = call ptr inttoptr (i64 1 to ptr)(ptr noundef %10, ptr noundef %11) #5
  store ptr %12, ptr %8, align 8
  %13 = load ptr, ptr %8, align 8
  %14 = icmp ne ptr %13, null
  br i1 %14, label %15, label %17

15:                                               ; preds = %3
  %16 = load ptr, ptr %8, align 8
  store ptr %16, ptr %4, align 8
  store i32 1, ptr %9, align 4
  br label %25

17:                                               ; preds = %3
  %18 = load ptr, ptr %5, align 8
  %19 = load ptr, ptr %6, align 8
  %20 = load ptr, ptr %7, align 8
  %21 = call i64 inttoptr (i64 2 to ptr)(ptr noundef %18, ptr noundef %19, ptr noundef %20, i64 noundef 1) #5
  %22 = load ptr, ptr %5, align 8
  %23 = load ptr, ptr %6, align 8
  %24 = call ptr inttoptr (i64 1 to ptr)(ptr noundef %22, ptr noundef %23) #5
  store ptr %24, ptr %4, align 8
  store i32 1, ptr %9, align 4
  br label %25

25:                                               ; preds = %17, %15
  call void @llvm.lifetime.end.p0(ptr %8) #4
  %26 = load ptr, ptr %4, align 8
  ret ptr %26
}

; Function Attrs: alwaysinline nounwind
define internal void @lost(i64 noundef %0, i32 noundef %1) #2 {
  %3 = alloca i64, align 8
  %4 = alloca i32, align 4
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  store i64 %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %7 = call ptr @this_cpu() #5
  store ptr %7, ptr %5, align 8
  %8 = load ptr, ptr %5, align 8
  %9 = icmp ne ptr %8, null
  br i1 %9, label %11, label %10

10:                                               ; preds = %2
  store i32 1, ptr %6, align 4
  br label %27

11:                                               ; preds = %2
  %12 = load i32, ptr %4, align 4
  %13 = icmp ne i32 %12, 0
  br i1 %13, label %14, label %20

14:                                               ; preds = %11
  %15 = load i64, ptr %3, align 8
  %16 = load ptr, ptr %5, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %16, i32 0, i32 1
  %18 = load i64, ptr %17, align 8
  %19 = add i64 %18, %15
  store i64 %19, ptr %17, align 8
  br label %26

20:                                               ; preds = %11
  %21 = load i64, ptr %3, align 8
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %22, i32 0, i32 0
  %24 = load i64, ptr %23, align 8
  %25 = add i64 %24, %21
  store i64 %25, ptr %23, align 8
  br label %26

26:                                               ; preds = %20, %14
  store i32 0, ptr %6, align 4
  br label %27

27:                                               ; preds = %26, %10
  call void @llvm.lifetime.end.p0(ptr %5) #4
  %28 = load i32, ptr %6, align 4
  switch i32 %28, label %30 [
    i32 0, label %29
    i32 1, label %29
  ]

29:                                               ; preds = %27, %27
  ret void

30:                                               ; preds = %27
  unreachable
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(ptr captures(none)) #1

; Function Attrs: nounwind
define i32 @kvm_set_irq(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca %struct.look, align 4
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %10 = call i64 inttoptr (i64 14 to ptr)() #5
  store i64 %10, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %11 = load i64, ptr %4, align 8
  %12 = lshr i64 %11, 32
  %13 = trunc i64 %12 to i32
  store i32 %13, ptr %6, align 4
  call void @llvm.lifetime.start.p0(ptr %7) #4
  call void @llvm.lifetime.start.p0(ptr %8) #4
  %14 = call i32 @is_looked_at(ptr noundef %7) #5
  %15 = icmp ne i32 %14, 0
  br i1 %15, label %17, label %16

16:                                               ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %63

17:                                               ; preds = %1
  %18 = load i32, ptr %6, align 4
  %19 = call i32 @is_watched(i32 noundef %18) #5
  %20 = icmp ne i32 %19, 0
  br i1 %20, label %25, label %21

21:                                               ; preds = %17
  %22 = call i32 @is_kvms_pit() #5
  %23 = icmp ne i32 %22, 0
  br i1 %23, label %25, label %24

24:                                               ; preds = %21
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %63

25:                                               ; preds = %21, %17
  %26 = load i32, ptr %6, align 4
  %27 = load i64, ptr %4, align 8
  %28 = trunc i64 %27 to i32
  %29 = call ptr @any_thread(i32 noundef %26, i32 noundef %28) #5
  store ptr %29, ptr %8, align 8
  %30 = load i32, ptr %6, align 4
  %31 = load ptr, ptr %3, align 8
  %32 = getelementptr inbounds i64, ptr %31, i64 0
  %33 = load i64, ptr %32, align 8
  %34 = trunc i64 %33 to i32
  %35 = call ptr @line_of(i32 noundef %30, i32 noundef %34) #5
  store ptr %35, ptr %5, align 8
  %36 = load ptr, ptr %8, align 8
  %37 = icmp ne ptr %36, null
  br i1 %37, label %38, label %41

38:                                               ; preds = %25
  %39 = load ptr, ptr %5, align 8
  %40 = icmp ne ptr %39, null
  br i1 %40, label %42, label %41

41:                                               ; preds = %38, %25
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %63

42:                                               ; preds = %38
  %43 = load ptr, ptr %3, align 8
  %44 = getelementptr inbounds i64, ptr %43, i64 0
  %45 = load i64, ptr %44, align 8
  %46 = trunc i64 %45 to i32
  %47 = load ptr, ptr %8, align 8
  %48 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %47, i32 0, i32 4
  store i32 %46, ptr %48, align 4
  %49 = load ptr, ptr %8, align 8
  %50 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %49, i32 0, i32 9
  store i8 1, ptr %50, align 1
  %51 = getelementptr inbounds nuw %struct.look, ptr %7, i32 0, i32 2
  %52 = load i32, ptr %51, align 4
  %53 = trunc i32 %52 to i8
  %54 = load ptr, ptr %8, align 8
  %55 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %54, i32 0, i32 10
  store i8 %53, ptr %55, align 8
  %56 = load ptr, ptr %5, align 8
  %57 = getelementptr inbounds nuw %struct.lightexit_line_tally, ptr %56, i32 0, i32 0
  %58 = getelementptr inbounds nuw %struct.look, ptr %7, i32 0, i32 2
  %59 = load i32, ptr %58, align 4
  %60 = zext i32 %59 to i64
  %61 = shl i64 1, %60
  %62 = atomicrmw add ptr %57, i64 %61 seq_cst, align 8
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %63

63:                                               ; preds = %42, %41, %24, %16
  call void @llvm.lifetime.end.p0(ptr %8) #4
  call void @llvm.lifetime.end.p0(ptr %7) #4
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %64 = load i32, ptr %2, align 4
  ret i32 %64
}

; Function Attrs: alwaysinline nounwind
define internal i32 @is_kvms_pit() #2 {
  %1 = alloca [2 x i64], align 16
  call void @llvm.lifetime.start.p0(ptr %1) #4
  %2 = getelementptr inbounds [2 x i64], ptr %1, i64 0, i64 0
  %3 = call i64 inttoptr (i64 16 to ptr)(ptr noundef %2, i32 noundef 16) #5
  %4 = icmp eq i64 %3, 0
  br i1 %4, label %5, label %9

5:                                                ; preds = %0
  %6 = getelementptr inbounds [2 x i64], ptr %1, i64 0, i64 0
  %7 = load i64, ptr %6, align 16
  %8 = icmp eq i64 %7, 3419473947600451179
  br label %9

9:                                                ; preds = %5, %0
  %10 = phi i1 [ false, %0 ], [ %8, %5 ]
  %11 = zext i1 %10 to i32
  call void @llvm.lifetime.end.p0(ptr %1) #4
  ret i32 %11
}

; Function Attrs: alwaysinline nounwind
define internal ptr @any_thread(i32 noundef %0, i32 noundef %1) #2 {
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca ptr, align 8
  store i32 %0, ptr %3, align 4
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %6 = call ptr @entry_of(ptr noundef @threads, ptr noundef %4, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 7)) #5
  store ptr %6, ptr %5, align 8
  %7 = load ptr, ptr %5, align 8
  %8 = icmp ne ptr %7, null
  br i1 %8, label %11, label %9

9:                                                ; preds = %2
  %10 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 1), align 4
  call void @lost(i64 noundef 1, i32 noundef %10) #5
  br label %32

11:                                               ; preds = %2
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %12, i32 0, i32 3
  %14 = load i32, ptr %13, align 8
  %15 = load i32, ptr %3, align 4
  %16 = icmp ne i32 %14, %15
  br i1 %16, label %17, label %31

17:                                               ; preds = %11
  %18 = load i32, ptr %3, align 4
  %19 = load ptr, ptr %5, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %19, i32 0, i32 3
  store i32 %18, ptr %20, align 8
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %21, i32 0, i32 6
  store i8 0, ptr %22, align 4
  %23 = load ptr, ptr %5, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %23, i32 0, i32 7
  store i8 0, ptr %24, align 1
  %25 = load ptr, ptr %5, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %25, i32 0, i32 8
  store i8 0, ptr %26, align 2
  %27 = load ptr, ptr %5, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %27, i32 0, i32 9
  store i8 0, ptr %28, align 1
  %29 = load ptr, ptr %5, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %29, i32 0, i32 5
  store i32 0, ptr %30, align 8
  br label %31

31:                                               ; preds = %17, %11
  br label %32

32:                                               ; preds = %31, %9
  %33 = load ptr, ptr %5, align 8
  call void @llvm.lifetime.end.p0(ptr %5) #4
  ret ptr %33
}

; Function Attrs: alwaysinline nounwind
define internal ptr @line_of(i32 noundef %0, i32 noundef %1) #2 {
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca %struct.lightexit_line_tally_key, align 4
  store i32 %0, ptr %3, align 4
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %6 = load i32, ptr %3, align 4
  %7 = getelementptr inbounds nuw %struct.lightexit_line_tally_key, ptr %5, i32 0, i32 0
  store i32 %6, ptr %7, align 4
  %8 = load i32, ptr %4, align 4
  %9 = getelementptr inbounds nuw %struct.lightexit_line_tally_key, ptr %5, i32 0, i32 1
  store i32 %8, ptr %9, align 4
  %10 = call ptr @entry_of(ptr noundef @lines, ptr noundef %5, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 9)) #5
  call void @llvm.lifetime.end.p0(ptr %5) #4
  ret ptr %10
}

; Function Attrs: nounwind
define i32 @kvm_pic_set_irq(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  store ptr %0, ptr %2, align 8
  call void @llvm.lifetime.start.p0(ptr %3) #4
  %5 = load ptr, ptr %2, align 8
  %6 = getelementptr inbounds i64, ptr %5, i64 1
  %7 = load i64, ptr %6, align 8
  %8 = and i64 %7, 7
  %9 = trunc i64 %8 to i32
  store i32 %9, ptr %3, align 4
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %10 = load ptr, ptr %2, align 8
  %11 = getelementptr inbounds i64, ptr %10, i64 3
  %12 = load i64, ptr %11, align 8
  %13 = trunc i64 %12 to i32
  store i32 %13, ptr %4, align 4
  %14 = load i32, ptr %4, align 4
  %15 = load i32, ptr %3, align 4
  %16 = lshr i32 %14, %15
  %17 = and i32 %16, 1
  call void @at_controller(i32 noundef %17) #5
  call void @llvm.lifetime.end.p0(ptr %4) #4
  call void @llvm.lifetime.end.p0(ptr %3) #4
  ret i32 0
}

; Function Attrs: alwaysinline nounwind
define internal void @at_controller(i32 noundef %0) #2 {
  %2 = alloca i32, align 4
  %3 = alloca i64, align 8
  %4 = alloca i32, align 4
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  store i32 %0, ptr %2, align 4
  call void @llvm.lifetime.start.p0(ptr %3) #4
  %8 = call i64 inttoptr (i64 14 to ptr)() #5
  store i64 %8, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %9 = load i64, ptr %3, align 8
  %10 = trunc i64 %9 to i32
  store i32 %10, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %11 = call ptr inttoptr (i64 1 to ptr)(ptr noundef @threads, ptr noundef %4) #5
  store ptr %11, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %12 = load ptr, ptr %5, align 8
  %13 = icmp ne ptr %12, null
  br i1 %13, label %14, label %26

14:                                               ; preds = %1
  %15 = load ptr, ptr %5, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %15, i32 0, i32 9
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i32
  %19 = icmp eq i32 %18, 0
  br i1 %19, label %26, label %20

20:                                               ; preds = %14
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %21, i32 0, i32 9
  %23 = load i8, ptr %22, align 1
  %24 = zext i8 %23 to i32
  %25 = icmp eq i32 %24, 3
  br i1 %25, label %26, label %27

26:                                               ; preds = %20, %14, %1
  store i32 1, ptr %7, align 4
  br label %89

27:                                               ; preds = %20
  %28 = load i32, ptr %2, align 4
  %29 = icmp ne i32 %28, 0
  br i1 %29, label %30, label %37

30:                                               ; preds = %27
  %31 = load ptr, ptr %5, align 8
  %32 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %31, i32 0, i32 9
  %33 = load i8, ptr %32, align 1
  %34 = zext i8 %33 to i32
  %35 = icmp eq i32 %34, 2
  br i1 %35, label %36, label %37

36:                                               ; preds = %30
  store i32 1, ptr %7, align 4
  br label %89

37:                                               ; preds = %30, %27
  %38 = load ptr, ptr %5, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %38, i32 0, i32 3
  %40 = load i32, ptr %39, align 8
  %41 = load ptr, ptr %5, align 8
  %42 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %41, i32 0, i32 4
  %43 = load i32, ptr %42, align 4
  %44 = call ptr @line_of(i32 noundef %40, i32 noundef %43) #5
  store ptr %44, ptr %6, align 8
  %45 = load ptr, ptr %6, align 8
  %46 = icmp ne ptr %45, null
  br i1 %46, label %47, label %60

47:                                               ; preds = %37
  %48 = load i32, ptr %2, align 4
  %49 = icmp ne i32 %48, 0
  br i1 %49, label %50, label %60

50:                                               ; preds = %47
  %51 = load ptr, ptr %6, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_line_tally, ptr %51, i32 0, i32 1
  %53 = load ptr, ptr %5, align 8
  %54 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %53, i32 0, i32 10
  %55 = load i8, ptr %54, align 8
  %56 = zext i8 %55 to i32
  %57 = zext i32 %56 to i64
  %58 = shl i64 1, %57
  %59 = atomicrmw add ptr %52, i64 %58 seq_cst, align 8
  br label %81

60:                                               ; preds = %47, %37
  %61 = load ptr, ptr %6, align 8
  %62 = icmp ne ptr %61, null
  br i1 %62, label %63, label %80

63:                                               ; preds = %60
  %64 = load ptr, ptr %5, align 8
  %65 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %64, i32 0, i32 9
  %66 = load i8, ptr %65, align 1
  %67 = zext i8 %66 to i32
  %68 = icmp eq i32 %67, 2
  br i1 %68, label %69, label %80

69:                                               ; preds = %63
  %70 = load ptr, ptr %6, align 8
  %71 = getelementptr inbounds nuw %struct.lightexit_line_tally, ptr %70, i32 0, i32 1
  %72 = load ptr, ptr %5, align 8
  %73 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %72, i32 0, i32 10
  %74 = load i8, ptr %73, align 8
  %75 = zext i8 %74 to i32
  %76 = zext i32 %75 to i64
  %77 = shl i64 1, %76
  %78 = sub i64 0, %77
  %79 = atomicrmw add ptr %71, i64 %78 seq_cst, align 8
  br label %80

80:                                               ; preds = %69, %63, %60
  br label %81

81:                                               ; preds = %80, %50
  %82 = load i32, ptr %2, align 4
  %83 = icmp ne i32 %82, 0
  %84 = zext i1 %83 to i64
  %85 = select i1 %83, i32 2, i32 3
  %86 = trunc i32 %85 to i8
  %87 = load ptr, ptr %5, align 8
  %88 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %87, i32 0, i32 9
  store i8 %86, ptr %88, align 1
  store i32 0, ptr %7, align 4
  br label %89

89:                                               ; preds = %81, %36, %26
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  call void @llvm.lifetime.end.p0(ptr %3) #4
  %90 = load i32, ptr %7, align 4
  switch i32 %90, label %92 [
    i32 0, label %91
    i32 1, label %91
  ]

91:                                               ; preds = %89, %89
  ret void

92:                                               ; preds = %89
  unreachable
}

; Function Attrs: nounwind
define i32 @kvm_ioapic_set_irq(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds i64, ptr %3, i64 0
  %5 = load i64, ptr %4, align 8
  %6 = lshr i64 %5, 16
  %7 = and i64 %6, 1
  %8 = trunc i64 %7 to i32
  call void @at_controller(i32 noundef %8) #5
  ret i32 0
}

; Function Attrs: alwaysinline nounwind
define internal ptr @this_cpu() #2 {
  %1 = alloca i32, align 4
  call void @llvm.lifetime.start.p0(ptr %1) #4
  store i32 0, ptr %1, align 4
  %2 = call ptr inttoptr (i64 1 to ptr)(ptr noundef @cpus, ptr noundef %1) #5
  call void @llvm.lifetime.end.p0(ptr %1) #4
  ret ptr %2
}

; Function Attrs: noinline nounwind
define internal i32 @new_window(ptr noundef %0, i32 noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %9 = call i64 inttoptr (i64 5 to ptr)() #5
  store i64 %9, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %10 = load ptr, ptr %3, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %10, i32 0, i32 2
  %12 = load i64, ptr %11, align 8
  %13 = load ptr, ptr %3, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %13, i32 0, i32 3
  %15 = load i64, ptr %14, align 8
  %16 = sub i64 %12, %15
  store i64 %16, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #4
  %17 = load i64, ptr %5, align 8
  %18 = load ptr, ptr %3, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %18, i32 0, i32 4
  %20 = load i64, ptr %19, align 8
  %21 = sub i64 %17, %20
  %22 = udiv i64 %21, 1000
  %23 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 3), align 4
  %24 = zext i32 %23 to i64
  %25 = mul i64 %22, %24
  %26 = udiv i64 %25, 1000
  store i64 %26, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #4
  store i32 0, ptr %8, align 4
  %27 = load ptr, ptr %3, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %27, i32 0, i32 5
  %29 = load i32, ptr %28, align 8
  %30 = icmp ne i32 %29, 0
  br i1 %30, label %31, label %56

31:                                               ; preds = %2
  br label %32

32:                                               ; preds = %52, %31
  %33 = load i32, ptr %8, align 4
  %34 = icmp ult i32 %33, 6
  br i1 %34, label %35, label %50

35:                                               ; preds = %32
  %36 = load i64, ptr %6, align 8
  %37 = load i32, ptr %8, align 4
  %38 = zext i32 %37 to i64
  %39 = lshr i64 %36, %38
  %40 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 4), align 8
  %41 = zext i32 %40 to i64
  %42 = mul i64 %39, %41
  %43 = load i64, ptr %6, align 8
  %44 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 5), align 4
  %45 = zext i32 %44 to i64
  %46 = mul i64 %43, %45
  %47 = add i64 %42, %46
  %48 = load i64, ptr %7, align 8
  %49 = icmp ugt i64 %47, %48
  br label %50

50:                                               ; preds = %35, %32
  %51 = phi i1 [ false, %32 ], [ %49, %35 ]
  br i1 %51, label %52, label %55

52:                                               ; preds = %50
  %53 = load i32, ptr %8, align 4
  %54 = add i32 %53, 1
  store i32 %54, ptr %8, align 4
  br label %32, !llvm.loop !4

55:                                               ; preds = %50
  br label %56

56:                                               ; preds = %55, %2
  %57 = load i32, ptr %8, align 4
  %58 = load ptr, ptr %3, align 8
  %59 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %58, i32 0, i32 6
  store i32 %57, ptr %59, align 4
  %60 = load i64, ptr %5, align 8
  %61 = load ptr, ptr %3, align 8
  %62 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %61, i32 0, i32 4
  store i64 %60, ptr %62, align 8
  %63 = load i32, ptr %4, align 4
  %64 = load ptr, ptr %3, align 8
  %65 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %64, i32 0, i32 5
  store i32 %63, ptr %65, align 8
  %66 = load ptr, ptr %3, align 8
  %67 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %66, i32 0, i32 2
  %68 = load i64, ptr %67, align 8
  %69 = load ptr, ptr %3, align 8
  %70 = getelementptr inbounds nuw %struct.lightexit_cpu_state, ptr %69, i32 0, i32 3
  store i64 %68, ptr %70, align 8
  %71 = load i32, ptr %8, align 4
  %72 = icmp ne i32 %71, 0
  br i1 %72, label %73, label %75

73:                                               ; preds = %56
  %74 = load i32, ptr %4, align 4
  store volatile i32 %74, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 6), align 8
  br label %75

75:                                               ; preds = %73, %56
  call void @llvm.lifetime.end.p0(ptr %8) #4
  call void @llvm.lifetime.end.p0(ptr %7) #4
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  ret i32 0
}

attributes #0 = { nounwind "no-builtins" "no-jump-tables"="true" }
attributes #1 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { alwaysinline nounwind "no-builtins" "no-jump-tables"="true" }
attributes #3 = { noinline nounwind "no-builtins" "no-jump-tables"="true" }
attributes #4 = { nounwind }
attributes #5 = { nobuiltin "no-builtins" }

!llvm.module.flags = !{!0, !1, !2}

!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!4 = distinct !{!4, !5}
!5 = !{!"llvm.loop.mustprogress"}
