; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
; Made of probes.c by tools/runtime.py; do not edit.

%struct.lightexit_probe_config = type { i32, i32, %struct.lightexit_thread, %struct.lightexit_register_tally, %struct.lightexit_line_tally, %struct.lightexit_watched_vm, %struct.lightexit_apic_tally }
%struct.lightexit_thread = type { %struct.lightexit_seen_access, i64, i32, i32, i8, i8, i8, i8 }
%struct.lightexit_seen_access = type { i64, i64, i64, i32, i32, i32, i32 }
%struct.lightexit_register_tally = type { %struct.lightexit_tally, %struct.lightexit_tally, i64 }
%struct.lightexit_tally = type { i64, i64, i64 }
%struct.lightexit_line_tally = type { i64, i64 }
%struct.lightexit_watched_vm = type { i64 }
%struct.lightexit_apic_tally = type { i64 }
%struct.lightexit_apic_tally_key = type { i32, i32, i32, i32 }
%struct.lightexit_losses = type { i64, i64 }
%struct.lightexit_line_tally_key = type { i32, i32 }
%struct.lightexit_register_key = type { i64, i32, i32, i32, i32 }
%struct.lightexit_access_record = type { i64, i64, i64, i64, i32, i32, i32, i32, i32, i32 }

@apic = external global i8, align 1
@config = external global %struct.lightexit_probe_config, align 8
@registers = external global i8, align 1
@vms = external global i8, align 1
@ring = external global i8, align 1
@losses = external global i8, align 1
@threads = external global i8, align 1
@lines = external global i8, align 1

; Function Attrs: nounwind
define i32 @kvm_pio(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %10 = load ptr, ptr %3, align 8
  %11 = getelementptr inbounds i64, ptr %10, i64 0
  %12 = load i64, ptr %11, align 8
  %13 = trunc i64 %12 to i32
  store i32 %13, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %14 = load ptr, ptr %3, align 8
  %15 = getelementptr inbounds i64, ptr %14, i64 2
  %16 = load i64, ptr %15, align 8
  %17 = trunc i64 %16 to i32
  store i32 %17, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %18 = load ptr, ptr %3, align 8
  %19 = getelementptr inbounds i64, ptr %18, i64 3
  %20 = load i64, ptr %19, align 8
  %21 = trunc i64 %20 to i32
  store i32 %21, ptr %6, align 4
  call void @llvm.lifetime.start.p0(ptr %7) #4
  %22 = load ptr, ptr %3, align 8
  %23 = getelementptr inbounds i64, ptr %22, i64 1
  %24 = load i64, ptr %23, align 8
  %25 = and i64 %24, 65535
  store i64 %25, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #4
  %26 = call ptr @this_thread() #5
  store ptr %26, ptr %8, align 8
  %27 = load ptr, ptr %8, align 8
  %28 = icmp ne ptr %27, null
  br i1 %28, label %30, label %29

29:                                               ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %59

30:                                               ; preds = %1
  %31 = load i32, ptr %4, align 4
  %32 = icmp ne i32 %31, 0
  br i1 %32, label %43, label %33

33:                                               ; preds = %30
  %34 = load ptr, ptr %8, align 8
  %35 = load i64, ptr %7, align 8
  %36 = load i32, ptr %5, align 4
  %37 = call i32 @what(i32 noundef 0, i32 noundef %36, i32 noundef 0) #5
  %38 = load i32, ptr %6, align 4
  %39 = load ptr, ptr %3, align 8
  %40 = getelementptr inbounds i64, ptr %39, i64 4
  %41 = load i64, ptr %40, align 8
  %42 = inttoptr i64 %41 to ptr
  call void @read_port(ptr noundef %34, i64 noundef %35, i32 noundef %37, i32 noundef %38, ptr noundef %42) #5
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %59

43:                                               ; preds = %30
  %44 = load ptr, ptr %8, align 8
  call void @settle_write(ptr noundef %44) #5
  %45 = load ptr, ptr %8, align 8
  %46 = load i64, ptr %7, align 8
  %47 = load i32, ptr %5, align 4
  %48 = call i32 @what(i32 noundef 0, i32 noundef %47, i32 noundef 1) #5
  %49 = load i32, ptr %6, align 4
  call void @see(ptr noundef %45, i64 noundef %46, i32 noundef %48, i32 noundef %49) #5
  %50 = load ptr, ptr %8, align 8
  %51 = load ptr, ptr %3, align 8
  %52 = getelementptr inbounds i64, ptr %51, i64 4
  %53 = load i64, ptr %52, align 8
  %54 = inttoptr i64 %53 to ptr
  call void @see_value(ptr noundef %50, ptr noundef %54) #5
  %55 = load ptr, ptr %8, align 8
  %56 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %55, i32 0, i32 4
  store i8 1, ptr %56, align 8
  %57 = load ptr, ptr %8, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %57, i32 0, i32 5
  store i8 0, ptr %58, align 1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %59

59:                                               ; preds = %43, %33, %29
  call void @llvm.lifetime.end.p0(ptr %8) #4
  call void @llvm.lifetime.end.p0(ptr %7) #4
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %60 = load i32, ptr %2, align 4
  ret i32 %60
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(ptr captures(none)) #1

; Function Attrs: alwaysinline nounwind
define internal ptr @this_thread() #2 {
  %1 = alloca i64, align 8
  %2 = alloca i32, align 4
  call void @llvm.lifetime.start.p0(ptr %1) #4
  %3 = call i64 inttoptr (i64 14 to ptr)() #5
  store i64 %3, ptr %1, align 8
  call void @llvm.lifetime.start.p0(ptr %2) #4
  %4 = load i64, ptr %1, align 8
  %5 = lshr i64 %4, 32
  %6 = trunc i64 %5 to i32
  store i32 %6, ptr %2, align 4
  %7 = load i32, ptr %2, align 4
  %8 = call i32 @is_watched(i32 noundef %7) #5
  %9 = icmp ne i32 %8, 0
  br i1 %9, label %10, label %15

10:                                               ; preds = %0
  %11 = load i32, ptr %2, align 4
  %12 = load i64, ptr %1, align 8
  %13 = trunc i64 %12 to i32
  %14 = call ptr @any_thread(i32 noundef %11, i32 noundef %13) #5
  br label %16

15:                                               ; preds = %0
  br label %16

16:                                               ; preds = %15, %10
  %17 = phi ptr [ %14, %10 ], [ null, %15 ]
  call void @llvm.lifetime.end.p0(ptr %2) #4
  call void @llvm.lifetime.end.p0(ptr %1) #4
  ret ptr %17
}

; Function Attrs: alwaysinline nounwind
define internal void @read_port(ptr noundef %0, i64 noundef %1, i32 noundef %2, i32 noundef %3, ptr noundef %4) #2 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  %9 = alloca i32, align 4
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store i32 %2, ptr %8, align 4
  store i32 %3, ptr %9, align 4
  store ptr %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #4
  %13 = load ptr, ptr %6, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %13, i32 0, i32 5
  %15 = load i8, ptr %14, align 1
  %16 = zext i8 %15 to i32
  %17 = icmp eq i32 %16, 1
  %18 = zext i1 %17 to i32
  store i32 %18, ptr %11, align 4
  call void @llvm.lifetime.start.p0(ptr %12) #4
  store i32 1, ptr %12, align 4
  %19 = load ptr, ptr %6, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %19, i32 0, i32 4
  %21 = load i8, ptr %20, align 8
  %22 = zext i8 %21 to i32
  %23 = icmp ne i32 %22, 0
  br i1 %23, label %24, label %46

24:                                               ; preds = %5
  %25 = load i32, ptr %11, align 4
  %26 = icmp ne i32 %25, 0
  br i1 %26, label %27, label %46

27:                                               ; preds = %24
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %28, i32 0, i32 0
  %30 = call i32 @space_of(ptr noundef %29) #5
  %31 = icmp eq i32 %30, 0
  br i1 %31, label %32, label %46

32:                                               ; preds = %27
  %33 = load ptr, ptr %6, align 8
  %34 = load i64, ptr %7, align 8
  %35 = load i32, ptr %8, align 4
  %36 = call i32 @read_is_kvms(ptr noundef %33, i64 noundef %34, i32 noundef %35) #5
  %37 = icmp ne i32 %36, 0
  %38 = xor i1 %37, true
  %39 = zext i1 %38 to i32
  store i32 %39, ptr %11, align 4
  store i32 0, ptr %12, align 4
  %40 = load ptr, ptr %6, align 8
  %41 = load i32, ptr %11, align 4
  %42 = icmp ne i32 %41, 0
  %43 = zext i1 %42 to i64
  %44 = select i1 %42, i32 0, i32 1
  %45 = call i32 @settle(ptr noundef %40, i32 noundef %44, i64 noundef -1, i32 noundef 0) #5
  br label %48

46:                                               ; preds = %27, %24, %5
  %47 = load ptr, ptr %6, align 8
  call void @settle_write(ptr noundef %47) #5
  br label %48

48:                                               ; preds = %46, %32
  %49 = load ptr, ptr %6, align 8
  %50 = load i64, ptr %7, align 8
  %51 = load i32, ptr %8, align 4
  %52 = load i32, ptr %9, align 4
  call void @see(ptr noundef %49, i64 noundef %50, i32 noundef %51, i32 noundef %52) #5
  %53 = load ptr, ptr %6, align 8
  %54 = load i32, ptr %11, align 4
  %55 = load i32, ptr %12, align 4
  %56 = load ptr, ptr %10, align 8
  call void @settle_read(ptr noundef %53, i32 noundef %54, i32 noundef %55, ptr noundef %56) #5
  call void @llvm.lifetime.end.p0(ptr %12) #4
  call void @llvm.lifetime.end.p0(ptr %11) #4
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal i32 @what(i32 noundef %0, i32 noundef %1, i32 noundef %2) #2 {
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  store i32 %0, ptr %4, align 4
  store i32 %1, ptr %5, align 4
  store i32 %2, ptr %6, align 4
  %7 = load i32, ptr %4, align 4
  %8 = load i32, ptr %5, align 4
  %9 = and i32 %8, 255
  %10 = shl i32 %9, 8
  %11 = or i32 %7, %10
  %12 = load i32, ptr %6, align 4
  %13 = icmp ne i32 %12, 0
  %14 = zext i1 %13 to i64
  %15 = select i1 %13, i32 1, i32 0
  %16 = shl i32 %15, 16
  %17 = or i32 %11, %16
  ret i32 %17
}

; Function Attrs: alwaysinline nounwind
define internal void @settle_write(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %3, i32 0, i32 4
  %5 = load i8, ptr %4, align 8
  %6 = icmp ne i8 %5, 0
  br i1 %6, label %8, label %7

7:                                                ; preds = %1
  br label %20

8:                                                ; preds = %1
  %9 = load ptr, ptr %2, align 8
  %10 = load ptr, ptr %2, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %10, i32 0, i32 5
  %12 = load i8, ptr %11, align 1
  %13 = zext i8 %12 to i32
  %14 = icmp ne i32 %13, 0
  %15 = zext i1 %14 to i64
  %16 = select i1 %14, i32 1, i32 0
  %17 = call i32 @settle(ptr noundef %9, i32 noundef %16, i64 noundef -1, i32 noundef 1) #5
  %18 = load ptr, ptr %2, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %18, i32 0, i32 5
  store i8 0, ptr %19, align 1
  br label %20

20:                                               ; preds = %8, %7
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @see(ptr noundef %0, i64 noundef %1, i32 noundef %2, i32 noundef %3) #2 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i32, align 4
  %8 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i32 %2, ptr %7, align 4
  store i32 %3, ptr %8, align 4
  %9 = load i64, ptr %6, align 8
  %10 = load ptr, ptr %5, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %10, i32 0, i32 0
  %12 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %11, i32 0, i32 0
  store i64 %9, ptr %12, align 8
  %13 = call i64 inttoptr (i64 5 to ptr)() #5
  %14 = load ptr, ptr %5, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %14, i32 0, i32 0
  %16 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %15, i32 0, i32 1
  store i64 %13, ptr %16, align 8
  %17 = load i32, ptr %7, align 4
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %18, i32 0, i32 0
  %20 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %19, i32 0, i32 4
  store i32 %17, ptr %20, align 4
  %21 = load i32, ptr %8, align 4
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %22, i32 0, i32 0
  %24 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %23, i32 0, i32 3
  store i32 %21, ptr %24, align 8
  %25 = load ptr, ptr %5, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %25, i32 0, i32 0
  %27 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %26, i32 0, i32 5
  store i32 0, ptr %27, align 8
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %28, i32 0, i32 0
  %30 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %29, i32 0, i32 2
  store i64 0, ptr %30, align 8
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal void @see_value(ptr noundef %0, ptr noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca i64, align 8
  %7 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %8 = load ptr, ptr %3, align 8
  %9 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %8, i32 0, i32 0
  %10 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %9, i32 0, i32 4
  %11 = load i32, ptr %10, align 4
  %12 = lshr i32 %11, 8
  %13 = and i32 %12, 255
  store i32 %13, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  store i64 0, ptr %6, align 8
  %14 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 1), align 4
  %15 = icmp ne i32 %14, 0
  br i1 %15, label %16, label %20

16:                                               ; preds = %2
  %17 = load i32, ptr %5, align 4
  %18 = zext i32 %17 to i64
  %19 = icmp ugt i64 %18, 8
  br i1 %19, label %20, label %21

20:                                               ; preds = %16, %2
  store i32 1, ptr %7, align 4
  br label %35

21:                                               ; preds = %16
  %22 = load i32, ptr %5, align 4
  %23 = load ptr, ptr %4, align 8
  %24 = call i64 inttoptr (i64 113 to ptr)(ptr noundef %6, i32 noundef %22, ptr noundef %23) #5
  %25 = icmp eq i64 %24, 0
  br i1 %25, label %26, label %34

26:                                               ; preds = %21
  %27 = load i64, ptr %6, align 8
  %28 = load ptr, ptr %3, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %28, i32 0, i32 0
  %30 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %29, i32 0, i32 2
  store i64 %27, ptr %30, align 8
  %31 = load ptr, ptr %3, align 8
  %32 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %31, i32 0, i32 0
  %33 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %32, i32 0, i32 5
  store i32 1, ptr %33, align 8
  br label %34

34:                                               ; preds = %26, %21
  store i32 0, ptr %7, align 4
  br label %35

35:                                               ; preds = %34, %20
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  %36 = load i32, ptr %7, align 4
  switch i32 %36, label %38 [
    i32 0, label %37
    i32 1, label %37
  ]

37:                                               ; preds = %35, %35
  ret void

38:                                               ; preds = %35
  unreachable
}

; Function Attrs: nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(ptr captures(none)) #1

; Function Attrs: nounwind
define i32 @kvm_mmio(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %9 = load ptr, ptr %3, align 8
  %10 = getelementptr inbounds i64, ptr %9, i64 0
  %11 = load i64, ptr %10, align 8
  %12 = trunc i64 %11 to i32
  store i32 %12, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %13 = load ptr, ptr %3, align 8
  %14 = getelementptr inbounds i64, ptr %13, i64 1
  %15 = load i64, ptr %14, align 8
  %16 = trunc i64 %15 to i32
  store i32 %16, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %17 = load ptr, ptr %3, align 8
  %18 = getelementptr inbounds i64, ptr %17, i64 2
  %19 = load i64, ptr %18, align 8
  store i64 %19, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #4
  %20 = call ptr @this_thread() #5
  store ptr %20, ptr %7, align 8
  %21 = load ptr, ptr %7, align 8
  %22 = icmp ne ptr %21, null
  br i1 %22, label %24, label %23

23:                                               ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %75

24:                                               ; preds = %1
  %25 = load ptr, ptr %7, align 8
  call void @settle_write(ptr noundef %25) #5
  %26 = load i32, ptr %4, align 4
  %27 = icmp eq i32 %26, 0
  br i1 %27, label %28, label %33

28:                                               ; preds = %24
  %29 = load ptr, ptr %7, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %29, i32 0, i32 6
  store i8 1, ptr %30, align 2
  %31 = load ptr, ptr %7, align 8
  %32 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %31, i32 0, i32 5
  store i8 0, ptr %32, align 1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %75

33:                                               ; preds = %24
  %34 = load ptr, ptr %7, align 8
  %35 = load i64, ptr %6, align 8
  %36 = load i32, ptr %5, align 4
  %37 = load i32, ptr %4, align 4
  %38 = icmp eq i32 %37, 2
  %39 = zext i1 %38 to i32
  %40 = call i32 @what(i32 noundef 1, i32 noundef %36, i32 noundef %39) #5
  call void @see(ptr noundef %34, i64 noundef %35, i32 noundef %40, i32 noundef 1) #5
  %41 = load i32, ptr %4, align 4
  %42 = icmp eq i32 %41, 1
  br i1 %42, label %43, label %63

43:                                               ; preds = %33
  %44 = load ptr, ptr %7, align 8
  %45 = load ptr, ptr %7, align 8
  %46 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %45, i32 0, i32 6
  %47 = load i8, ptr %46, align 2
  %48 = zext i8 %47 to i32
  %49 = icmp ne i32 %48, 0
  br i1 %49, label %50, label %56

50:                                               ; preds = %43
  %51 = load ptr, ptr %7, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %51, i32 0, i32 5
  %53 = load i8, ptr %52, align 1
  %54 = zext i8 %53 to i32
  %55 = icmp eq i32 %54, 2
  br label %56

56:                                               ; preds = %50, %43
  %57 = phi i1 [ false, %43 ], [ %55, %50 ]
  %58 = zext i1 %57 to i32
  %59 = load ptr, ptr %3, align 8
  %60 = getelementptr inbounds i64, ptr %59, i64 3
  %61 = load i64, ptr %60, align 8
  %62 = inttoptr i64 %61 to ptr
  call void @settle_read(ptr noundef %44, i32 noundef %58, i32 noundef 1, ptr noundef %62) #5
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %75

63:                                               ; preds = %33
  %64 = load ptr, ptr %7, align 8
  %65 = load ptr, ptr %3, align 8
  %66 = getelementptr inbounds i64, ptr %65, i64 3
  %67 = load i64, ptr %66, align 8
  %68 = inttoptr i64 %67 to ptr
  call void @see_value(ptr noundef %64, ptr noundef %68) #5
  %69 = load ptr, ptr %7, align 8
  %70 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %69, i32 0, i32 4
  store i8 1, ptr %70, align 8
  %71 = load ptr, ptr %7, align 8
  %72 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %71, i32 0, i32 5
  store i8 0, ptr %72, align 1
  %73 = load ptr, ptr %7, align 8
  %74 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %73, i32 0, i32 6
  store i8 0, ptr %74, align 2
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %75

75:                                               ; preds = %63, %56, %28, %23
  call void @llvm.lifetime.end.p0(ptr %7) #4
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %76 = load i32, ptr %2, align 4
  ret i32 %76
}

; Function Attrs: alwaysinline nounwind
define internal void @settle_read(ptr noundef %0, i32 noundef %1, i32 noundef %2, ptr noundef %3) #2 {
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i32 %1, ptr %6, align 4
  store i32 %2, ptr %7, align 4
  store ptr %3, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #4
  %12 = load i32, ptr %6, align 4
  %13 = icmp ne i32 %12, 0
  br i1 %13, label %14, label %23

14:                                               ; preds = %4
  %15 = load ptr, ptr %5, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %15, i32 0, i32 0
  %17 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %16, i32 0, i32 1
  %18 = load i64, ptr %17, align 8
  %19 = load ptr, ptr %5, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %19, i32 0, i32 1
  %21 = load i64, ptr %20, align 8
  %22 = sub i64 %18, %21
  br label %24

23:                                               ; preds = %4
  br label %24

24:                                               ; preds = %23, %14
  %25 = phi i64 [ %22, %14 ], [ -1, %23 ]
  store i64 %25, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #4
  %26 = load i32, ptr %6, align 4
  %27 = icmp ne i32 %26, 0
  %28 = zext i1 %27 to i64
  %29 = select i1 %27, i32 1, i32 0
  store i32 %29, ptr %10, align 4
  %30 = load i32, ptr %6, align 4
  %31 = icmp ne i32 %30, 0
  br i1 %31, label %32, label %39

32:                                               ; preds = %24
  %33 = load ptr, ptr %5, align 8
  %34 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %33, i32 0, i32 1
  %35 = load i64, ptr %34, align 8
  %36 = load ptr, ptr %5, align 8
  %37 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %36, i32 0, i32 0
  %38 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %37, i32 0, i32 1
  store i64 %35, ptr %38, align 8
  br label %39

39:                                               ; preds = %32, %24
  %40 = load ptr, ptr %5, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %40, i32 0, i32 5
  store i8 0, ptr %41, align 1
  %42 = load ptr, ptr %5, align 8
  %43 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %42, i32 0, i32 6
  store i8 0, ptr %43, align 2
  %44 = load ptr, ptr %5, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %44, i32 0, i32 0
  %46 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %45, i32 0, i32 3
  %47 = load i32, ptr %46, align 8
  %48 = icmp ugt i32 %47, 1
  br i1 %48, label %49, label %59

49:                                               ; preds = %39
  %50 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 1), align 4
  %51 = icmp ne i32 %50, 0
  br i1 %51, label %52, label %59

52:                                               ; preds = %49
  %53 = load ptr, ptr %5, align 8
  %54 = load i32, ptr %10, align 4
  %55 = load i64, ptr %9, align 8
  %56 = load i32, ptr %7, align 4
  %57 = load ptr, ptr %8, align 8
  %58 = call i32 @settle_string(ptr noundef %53, i32 noundef %54, i64 noundef %55, i32 noundef %56, ptr noundef %57) #5
  store i32 1, ptr %11, align 4
  br label %67

59:                                               ; preds = %49, %39
  %60 = load ptr, ptr %5, align 8
  %61 = load ptr, ptr %8, align 8
  call void @see_value(ptr noundef %60, ptr noundef %61) #5
  %62 = load ptr, ptr %5, align 8
  %63 = load i32, ptr %10, align 4
  %64 = load i64, ptr %9, align 8
  %65 = load i32, ptr %7, align 4
  %66 = call i32 @settle(ptr noundef %62, i32 noundef %63, i64 noundef %64, i32 noundef %65) #5
  store i32 0, ptr %11, align 4
  br label %67

67:                                               ; preds = %59, %52
  call void @llvm.lifetime.end.p0(ptr %10) #4
  call void @llvm.lifetime.end.p0(ptr %9) #4
  %68 = load i32, ptr %11, align 4
  switch i32 %68, label %70 [
    i32 0, label %69
    i32 1, label %69
  ]

69:                                               ; preds = %67, %67
  ret void

70:                                               ; preds = %67
  unreachable
}

; Function Attrs: nounwind
define i32 @kvm_msr(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %6 = call ptr @this_thread() #5
  store ptr %6, ptr %4, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = icmp ne ptr %7, null
  br i1 %8, label %10, label %9

9:                                                ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %5, align 4
  br label %41

10:                                               ; preds = %1
  %11 = load ptr, ptr %4, align 8
  call void @settle_write(ptr noundef %11) #5
  %12 = load ptr, ptr %4, align 8
  %13 = load ptr, ptr %3, align 8
  %14 = getelementptr inbounds i64, ptr %13, i64 1
  %15 = load i64, ptr %14, align 8
  %16 = and i64 %15, 4294967295
  %17 = load ptr, ptr %3, align 8
  %18 = getelementptr inbounds i64, ptr %17, i64 0
  %19 = load i64, ptr %18, align 8
  %20 = and i64 %19, 255
  %21 = trunc i64 %20 to i32
  %22 = call i32 @what(i32 noundef 2, i32 noundef 8, i32 noundef %21) #5
  call void @see(ptr noundef %12, i64 noundef %16, i32 noundef %22, i32 noundef 1) #5
  %23 = load ptr, ptr %3, align 8
  %24 = getelementptr inbounds i64, ptr %23, i64 2
  %25 = load i64, ptr %24, align 8
  %26 = load ptr, ptr %4, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %26, i32 0, i32 0
  %28 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %27, i32 0, i32 2
  store i64 %25, ptr %28, align 8
  %29 = load ptr, ptr %3, align 8
  %30 = getelementptr inbounds i64, ptr %29, i64 3
  %31 = load i64, ptr %30, align 8
  %32 = and i64 %31, 255
  %33 = icmp ne i64 %32, 0
  %34 = xor i1 %33, true
  %35 = zext i1 %34 to i32
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %36, i32 0, i32 0
  %38 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %37, i32 0, i32 5
  store i32 %35, ptr %38, align 8
  %39 = load ptr, ptr %4, align 8
  %40 = call i32 @settle(ptr noundef %39, i32 noundef 0, i64 noundef -1, i32 noundef 1) #5
  store i32 0, ptr %2, align 4
  store i32 1, ptr %5, align 4
  br label %41

41:                                               ; preds = %10, %9
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %42 = load i32, ptr %2, align 4
  ret i32 %42
}

; Function Attrs: noinline nounwind
define internal i32 @settle(ptr noundef %0, i32 noundef %1, i64 noundef %2, i32 noundef %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i32 %1, ptr %6, align 4
  store i64 %2, ptr %7, align 8
  store i32 %3, ptr %8, align 4
  %9 = load ptr, ptr %5, align 8
  %10 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %9, i32 0, i32 4
  store i8 0, ptr %10, align 8
  %11 = load ptr, ptr %5, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %11, i32 0, i32 0
  %13 = load i32, ptr %6, align 4
  %14 = load i64, ptr %7, align 8
  %15 = load i32, ptr %8, align 4
  call void @count(ptr noundef %12, i32 noundef %13, i64 noundef %14, i32 noundef %15) #5
  %16 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 1), align 4
  %17 = icmp ne i32 %16, 0
  br i1 %17, label %18, label %24

18:                                               ; preds = %4
  %19 = load ptr, ptr %5, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %19, i32 0, i32 0
  %21 = load i32, ptr %6, align 4
  %22 = load i64, ptr %7, align 8
  %23 = call i32 @record(ptr noundef %20, i32 noundef %21, i64 noundef %22) #5
  br label %24

24:                                               ; preds = %18, %4
  ret i32 0
}

; Function Attrs: nounwind
define i32 @kvm_fast_mmio(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %6 = call ptr @this_thread() #5
  store ptr %6, ptr %4, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = icmp ne ptr %7, null
  br i1 %8, label %10, label %9

9:                                                ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %5, align 4
  br label %19

10:                                               ; preds = %1
  %11 = load ptr, ptr %4, align 8
  call void @settle_write(ptr noundef %11) #5
  %12 = load ptr, ptr %4, align 8
  %13 = load ptr, ptr %3, align 8
  %14 = getelementptr inbounds i64, ptr %13, i64 0
  %15 = load i64, ptr %14, align 8
  %16 = call i32 @what(i32 noundef 1, i32 noundef 0, i32 noundef 1) #5
  call void @see(ptr noundef %12, i64 noundef %15, i32 noundef %16, i32 noundef 1) #5
  %17 = load ptr, ptr %4, align 8
  %18 = call i32 @settle(ptr noundef %17, i32 noundef 0, i64 noundef -1, i32 noundef 1) #5
  store i32 0, ptr %2, align 4
  store i32 1, ptr %5, align 4
  br label %19

19:                                               ; preds = %10, %9
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %20 = load i32, ptr %2, align 4
  ret i32 %20
}

; Function Attrs: nounwind
define i32 @kvm_userspace_exit(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %8 = load ptr, ptr %3, align 8
  %9 = getelementptr inbounds i64, ptr %8, i64 0
  %10 = load i64, ptr %9, align 8
  %11 = trunc i64 %10 to i32
  store i32 %11, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %12 = load i32, ptr %4, align 4
  %13 = load ptr, ptr %3, align 8
  %14 = getelementptr inbounds i64, ptr %13, i64 1
  %15 = load i64, ptr %14, align 8
  %16 = trunc i64 %15 to i32
  %17 = call i32 @exit_space_of(i32 noundef %12, i32 noundef %16) #5
  store i32 %17, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %18 = call ptr @this_thread() #5
  store ptr %18, ptr %6, align 8
  %19 = load ptr, ptr %6, align 8
  %20 = icmp ne ptr %19, null
  br i1 %20, label %22, label %21

21:                                               ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %59

22:                                               ; preds = %1
  %23 = load i32, ptr %5, align 4
  %24 = icmp eq i32 %23, 3
  br i1 %24, label %25, label %28

25:                                               ; preds = %22
  %26 = load ptr, ptr %6, align 8
  %27 = load i32, ptr %4, align 4
  call void @msr_exit(ptr noundef %26, i32 noundef %27) #5
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %59

28:                                               ; preds = %22
  %29 = load ptr, ptr %6, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %29, i32 0, i32 4
  %31 = load i8, ptr %30, align 8
  %32 = zext i8 %31 to i32
  %33 = icmp ne i32 %32, 0
  br i1 %33, label %34, label %40

34:                                               ; preds = %28
  %35 = load ptr, ptr %6, align 8
  %36 = load i32, ptr %5, align 4
  %37 = call i32 @takes_write(ptr noundef %35, i32 noundef %36) #5
  %38 = icmp ne i32 %37, 0
  br i1 %38, label %39, label %40

39:                                               ; preds = %34
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %59

40:                                               ; preds = %34, %28
  %41 = load i32, ptr %5, align 4
  %42 = icmp eq i32 %41, 2
  br i1 %42, label %43, label %49

43:                                               ; preds = %40
  %44 = load ptr, ptr %6, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %44, i32 0, i32 6
  %46 = load i8, ptr %45, align 2
  %47 = icmp ne i8 %46, 0
  br i1 %47, label %49, label %48

48:                                               ; preds = %43
  br label %51

49:                                               ; preds = %43, %40
  %50 = load i32, ptr %5, align 4
  br label %51

51:                                               ; preds = %49, %48
  %52 = phi i32 [ 0, %48 ], [ %50, %49 ]
  %53 = trunc i32 %52 to i8
  %54 = load ptr, ptr %6, align 8
  %55 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %54, i32 0, i32 5
  store i8 %53, ptr %55, align 1
  %56 = call i64 inttoptr (i64 5 to ptr)() #5
  %57 = load ptr, ptr %6, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %57, i32 0, i32 1
  store i64 %56, ptr %58, align 8
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %59

59:                                               ; preds = %51, %39, %25, %21
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %60 = load i32, ptr %2, align 4
  ret i32 %60
}

; Function Attrs: alwaysinline nounwind
define internal i32 @exit_space_of(i32 noundef %0, i32 noundef %1) #2 {
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  store i32 %0, ptr %4, align 4
  store i32 %1, ptr %5, align 4
  %6 = load i32, ptr %5, align 4
  %7 = icmp slt i32 %6, 0
  br i1 %7, label %8, label %9

8:                                                ; preds = %2
  store i32 0, ptr %3, align 4
  br label %27

9:                                                ; preds = %2
  %10 = load i32, ptr %4, align 4
  %11 = icmp eq i32 %10, 2
  br i1 %11, label %12, label %13

12:                                               ; preds = %9
  store i32 1, ptr %3, align 4
  br label %27

13:                                               ; preds = %9
  %14 = load i32, ptr %4, align 4
  %15 = icmp eq i32 %14, 6
  br i1 %15, label %16, label %17

16:                                               ; preds = %13
  store i32 2, ptr %3, align 4
  br label %27

17:                                               ; preds = %13
  %18 = load i32, ptr %4, align 4
  %19 = icmp eq i32 %18, 29
  br i1 %19, label %23, label %20

20:                                               ; preds = %17
  %21 = load i32, ptr %4, align 4
  %22 = icmp eq i32 %21, 30
  br label %23

23:                                               ; preds = %20, %17
  %24 = phi i1 [ true, %17 ], [ %22, %20 ]
  %25 = zext i1 %24 to i64
  %26 = select i1 %24, i32 3, i32 0
  store i32 %26, ptr %3, align 4
  br label %27

27:                                               ; preds = %23, %16, %12, %8
  %28 = load i32, ptr %3, align 4
  ret i32 %28
}

; Function Attrs: alwaysinline nounwind
define internal void @msr_exit(ptr noundef %0, i32 noundef %1) #2 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  call void @settle_write(ptr noundef %5) #5
  %6 = load ptr, ptr %3, align 8
  %7 = load i32, ptr %4, align 4
  %8 = icmp eq i32 %7, 30
  %9 = zext i1 %8 to i32
  %10 = call i32 @what(i32 noundef 2, i32 noundef 8, i32 noundef %9) #5
  call void @see(ptr noundef %6, i64 noundef 4294967295, i32 noundef %10, i32 noundef 1) #5
  %11 = load ptr, ptr %3, align 8
  %12 = call i32 @settle(ptr noundef %11, i32 noundef 1, i64 noundef -1, i32 noundef 1) #5
  %13 = load ptr, ptr %3, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %13, i32 0, i32 5
  store i8 0, ptr %14, align 1
  ret void
}

; Function Attrs: alwaysinline nounwind
define internal i32 @takes_write(ptr noundef %0, i32 noundef %1) #2 {
  %3 = alloca i32, align 4
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %6, i32 0, i32 5
  %8 = load i8, ptr %7, align 1
  %9 = icmp ne i8 %8, 0
  br i1 %9, label %10, label %12

10:                                               ; preds = %2
  %11 = load ptr, ptr %4, align 8
  call void @settle_write(ptr noundef %11) #5
  store i32 0, ptr %3, align 4
  br label %35

12:                                               ; preds = %2
  %13 = load i32, ptr %5, align 4
  %14 = load ptr, ptr %4, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %14, i32 0, i32 0
  %16 = call i32 @space_of(ptr noundef %15) #5
  %17 = add i32 %16, 1
  %18 = icmp ne i32 %13, %17
  br i1 %18, label %19, label %21

19:                                               ; preds = %12
  %20 = load ptr, ptr %4, align 8
  call void @settle_write(ptr noundef %20) #5
  store i32 0, ptr %3, align 4
  br label %35

21:                                               ; preds = %12
  %22 = load i32, ptr %5, align 4
  %23 = trunc i32 %22 to i8
  %24 = load ptr, ptr %4, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %24, i32 0, i32 5
  store i8 %23, ptr %25, align 1
  %26 = load i32, ptr %5, align 4
  %27 = icmp eq i32 %26, 2
  br i1 %27, label %28, label %30

28:                                               ; preds = %21
  %29 = load ptr, ptr %4, align 8
  call void @settle_write(ptr noundef %29) #5
  br label %34

30:                                               ; preds = %21
  %31 = call i64 inttoptr (i64 5 to ptr)() #5
  %32 = load ptr, ptr %4, align 8
  %33 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %32, i32 0, i32 1
  store i64 %31, ptr %33, align 8
  br label %34

34:                                               ; preds = %30, %28
  store i32 1, ptr %3, align 4
  br label %35

35:                                               ; preds = %34, %19, %10
  %36 = load i32, ptr %3, align 4
  ret i32 %36
}

; Function Attrs: nounwind
define i32 @kvm_apic(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca %struct.lightexit_apic_tally_key, align 4
  %6 = alloca i64, align 8
  %7 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %8 = call i64 inttoptr (i64 14 to ptr)() #5
  store i64 %8, ptr %6, align 8
  %9 = load i64, ptr %6, align 8
  %10 = lshr i64 %9, 32
  %11 = trunc i64 %10 to i32
  %12 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 0
  store i32 %11, ptr %12, align 4
  %13 = load i64, ptr %6, align 8
  %14 = trunc i64 %13 to i32
  %15 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 1
  store i32 %14, ptr %15, align 4
  %16 = load ptr, ptr %3, align 8
  %17 = getelementptr inbounds i64, ptr %16, i64 1
  %18 = load i64, ptr %17, align 8
  %19 = trunc i64 %18 to i32
  %20 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 2
  store i32 %19, ptr %20, align 4
  %21 = load ptr, ptr %3, align 8
  %22 = getelementptr inbounds i64, ptr %21, i64 0
  %23 = load i64, ptr %22, align 8
  %24 = and i64 %23, 4294967295
  %25 = icmp ne i64 %24, 0
  %26 = zext i1 %25 to i64
  %27 = select i1 %25, i32 1, i32 0
  %28 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 3
  store i32 %27, ptr %28, align 4
  %29 = getelementptr inbounds nuw %struct.lightexit_apic_tally_key, ptr %5, i32 0, i32 0
  %30 = load i32, ptr %29, align 4
  %31 = call i32 @is_watched(i32 noundef %30) #5
  %32 = icmp ne i32 %31, 0
  br i1 %32, label %34, label %33

33:                                               ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %45

34:                                               ; preds = %1
  %35 = call ptr @entry_of(ptr noundef @apic, ptr noundef %5, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 6)) #5
  store ptr %35, ptr %4, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = icmp ne ptr %36, null
  br i1 %37, label %38, label %43

38:                                               ; preds = %34
  %39 = load ptr, ptr %4, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_apic_tally, ptr %39, i32 0, i32 0
  %41 = load i64, ptr %40, align 8
  %42 = add i64 %41, 1
  store i64 %42, ptr %40, align 8
  br label %44

43:                                               ; preds = %34
  call void @lost(i64 noundef 1, i32 noundef 0) #5
  br label %44

44:                                               ; preds = %43, %38
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %45

45:                                               ; preds = %44, %33
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %46 = load i32, ptr %2, align 4
  ret i32 %46
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
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  store i64 %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  store i32 0, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %8 = call ptr inttoptr (i64 1 to ptr)(ptr noundef @losses, ptr noundef %5) #5
  store ptr %8, ptr %6, align 8
  %9 = load ptr, ptr %6, align 8
  %10 = icmp ne ptr %9, null
  br i1 %10, label %12, label %11

11:                                               ; preds = %2
  store i32 1, ptr %7, align 4
  br label %28

12:                                               ; preds = %2
  %13 = load i32, ptr %4, align 4
  %14 = icmp ne i32 %13, 0
  br i1 %14, label %15, label %21

15:                                               ; preds = %12
  %16 = load i64, ptr %3, align 8
  %17 = load ptr, ptr %6, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_losses, ptr %17, i32 0, i32 1
  %19 = load i64, ptr %18, align 8
  %20 = add i64 %19, %16
  store i64 %20, ptr %18, align 8
  br label %27

21:                                               ; preds = %12
  %22 = load i64, ptr %3, align 8
  %23 = load ptr, ptr %6, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_losses, ptr %23, i32 0, i32 0
  %25 = load i64, ptr %24, align 8
  %26 = add i64 %25, %22
  store i64 %26, ptr %24, align 8
  br label %27

27:                                               ; preds = %21, %15
  store i32 0, ptr %7, align 4
  br label %28

28:                                               ; preds = %27, %11
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  %29 = load i32, ptr %7, align 4
  switch i32 %29, label %31 [
    i32 0, label %30
    i32 1, label %30
  ]

30:                                               ; preds = %28, %28
  ret void

31:                                               ; preds = %28
  unreachable
}

; Function Attrs: nounwind
define i32 @kvm_set_irq(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %9 = call i64 inttoptr (i64 14 to ptr)() #5
  store i64 %9, ptr %4, align 8
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %10 = load i64, ptr %4, align 8
  %11 = lshr i64 %10, 32
  %12 = trunc i64 %11 to i32
  store i32 %12, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  call void @llvm.lifetime.start.p0(ptr %7) #4
  %13 = load i32, ptr %5, align 4
  %14 = call i32 @is_watched(i32 noundef %13) #5
  %15 = icmp ne i32 %14, 0
  br i1 %15, label %20, label %16

16:                                               ; preds = %1
  %17 = call i32 @is_kvms_pit() #5
  %18 = icmp ne i32 %17, 0
  br i1 %18, label %20, label %19

19:                                               ; preds = %16
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %49

20:                                               ; preds = %16, %1
  %21 = load i32, ptr %5, align 4
  %22 = load i64, ptr %4, align 8
  %23 = trunc i64 %22 to i32
  %24 = call ptr @any_thread(i32 noundef %21, i32 noundef %23) #5
  store ptr %24, ptr %7, align 8
  %25 = load i32, ptr %5, align 4
  %26 = load ptr, ptr %3, align 8
  %27 = getelementptr inbounds i64, ptr %26, i64 0
  %28 = load i64, ptr %27, align 8
  %29 = trunc i64 %28 to i32
  %30 = call ptr @line_of(i32 noundef %25, i32 noundef %29) #5
  store ptr %30, ptr %6, align 8
  %31 = load ptr, ptr %7, align 8
  %32 = icmp ne ptr %31, null
  br i1 %32, label %33, label %36

33:                                               ; preds = %20
  %34 = load ptr, ptr %6, align 8
  %35 = icmp ne ptr %34, null
  br i1 %35, label %37, label %36

36:                                               ; preds = %33, %20
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %49

37:                                               ; preds = %33
  %38 = load ptr, ptr %3, align 8
  %39 = getelementptr inbounds i64, ptr %38, i64 0
  %40 = load i64, ptr %39, align 8
  %41 = trunc i64 %40 to i32
  %42 = load ptr, ptr %7, align 8
  %43 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %42, i32 0, i32 3
  store i32 %41, ptr %43, align 4
  %44 = load ptr, ptr %7, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %44, i32 0, i32 7
  store i8 1, ptr %45, align 1
  %46 = load ptr, ptr %6, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_line_tally, ptr %46, i32 0, i32 0
  %48 = atomicrmw add ptr %47, i64 1 seq_cst, align 8
  store i32 0, ptr %2, align 4
  store i32 1, ptr %8, align 4
  br label %49

49:                                               ; preds = %37, %36, %19
  call void @llvm.lifetime.end.p0(ptr %7) #4
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %50 = load i32, ptr %2, align 4
  ret i32 %50
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
  %6 = call ptr @entry_of(ptr noundef @threads, ptr noundef %4, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 2)) #5
  store ptr %6, ptr %5, align 8
  %7 = load ptr, ptr %5, align 8
  %8 = icmp ne ptr %7, null
  br i1 %8, label %10, label %9

9:                                                ; preds = %2
  call void @lost(i64 noundef 1, i32 noundef 0) #5
  br label %29

10:                                               ; preds = %2
  %11 = load ptr, ptr %5, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %11, i32 0, i32 2
  %13 = load i32, ptr %12, align 8
  %14 = load i32, ptr %3, align 4
  %15 = icmp ne i32 %13, %14
  br i1 %15, label %16, label %28

16:                                               ; preds = %10
  %17 = load i32, ptr %3, align 4
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %18, i32 0, i32 2
  store i32 %17, ptr %19, align 8
  %20 = load ptr, ptr %5, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %20, i32 0, i32 4
  store i8 0, ptr %21, align 8
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %22, i32 0, i32 5
  store i8 0, ptr %23, align 1
  %24 = load ptr, ptr %5, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %24, i32 0, i32 6
  store i8 0, ptr %25, align 2
  %26 = load ptr, ptr %5, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %26, i32 0, i32 7
  store i8 0, ptr %27, align 1
  br label %28

28:                                               ; preds = %16, %10
  br label %29

29:                                               ; preds = %28, %9
  %30 = load ptr, ptr %5, align 8
  call void @llvm.lifetime.end.p0(ptr %5) #4
  ret ptr %30
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
  %10 = call ptr @entry_of(ptr noundef @lines, ptr noundef %5, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 4)) #5
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
  %16 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %15, i32 0, i32 7
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i32
  %19 = icmp eq i32 %18, 0
  br i1 %19, label %26, label %20

20:                                               ; preds = %14
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %21, i32 0, i32 7
  %23 = load i8, ptr %22, align 1
  %24 = zext i8 %23 to i32
  %25 = icmp eq i32 %24, 3
  br i1 %25, label %26, label %27

26:                                               ; preds = %20, %14, %1
  store i32 1, ptr %7, align 4
  br label %76

27:                                               ; preds = %20
  %28 = load i32, ptr %2, align 4
  %29 = icmp ne i32 %28, 0
  br i1 %29, label %30, label %37

30:                                               ; preds = %27
  %31 = load ptr, ptr %5, align 8
  %32 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %31, i32 0, i32 7
  %33 = load i8, ptr %32, align 1
  %34 = zext i8 %33 to i32
  %35 = icmp eq i32 %34, 2
  br i1 %35, label %36, label %37

36:                                               ; preds = %30
  store i32 1, ptr %7, align 4
  br label %76

37:                                               ; preds = %30, %27
  %38 = load ptr, ptr %5, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %38, i32 0, i32 2
  %40 = load i32, ptr %39, align 8
  %41 = load ptr, ptr %5, align 8
  %42 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %41, i32 0, i32 3
  %43 = load i32, ptr %42, align 4
  %44 = call ptr @line_of(i32 noundef %40, i32 noundef %43) #5
  store ptr %44, ptr %6, align 8
  %45 = load ptr, ptr %6, align 8
  %46 = icmp ne ptr %45, null
  br i1 %46, label %47, label %54

47:                                               ; preds = %37
  %48 = load i32, ptr %2, align 4
  %49 = icmp ne i32 %48, 0
  br i1 %49, label %50, label %54

50:                                               ; preds = %47
  %51 = load ptr, ptr %6, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_line_tally, ptr %51, i32 0, i32 1
  %53 = atomicrmw add ptr %52, i64 1 seq_cst, align 8
  br label %68

54:                                               ; preds = %47, %37
  %55 = load ptr, ptr %6, align 8
  %56 = icmp ne ptr %55, null
  br i1 %56, label %57, label %67

57:                                               ; preds = %54
  %58 = load ptr, ptr %5, align 8
  %59 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %58, i32 0, i32 7
  %60 = load i8, ptr %59, align 1
  %61 = zext i8 %60 to i32
  %62 = icmp eq i32 %61, 2
  br i1 %62, label %63, label %67

63:                                               ; preds = %57
  %64 = load ptr, ptr %6, align 8
  %65 = getelementptr inbounds nuw %struct.lightexit_line_tally, ptr %64, i32 0, i32 1
  %66 = atomicrmw add ptr %65, i64 -1 seq_cst, align 8
  br label %67

67:                                               ; preds = %63, %57, %54
  br label %68

68:                                               ; preds = %67, %50
  %69 = load i32, ptr %2, align 4
  %70 = icmp ne i32 %69, 0
  %71 = zext i1 %70 to i64
  %72 = select i1 %70, i32 2, i32 3
  %73 = trunc i32 %72 to i8
  %74 = load ptr, ptr %5, align 8
  %75 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %74, i32 0, i32 7
  store i8 %73, ptr %75, align 1
  store i32 0, ptr %7, align 4
  br label %76

76:                                               ; preds = %68, %36, %26
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  call void @llvm.lifetime.end.p0(ptr %3) #4
  %77 = load i32, ptr %7, align 4
  switch i32 %77, label %79 [
    i32 0, label %78
    i32 1, label %78
  ]

78:                                               ; preds = %76, %76
  ret void

79:                                               ; preds = %76
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
define internal i32 @space_of(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %3, i32 0, i32 4
  %5 = load i32, ptr %4, align 4
  %6 = and i32 %5, 255
  ret i32 %6
}

; Function Attrs: alwaysinline nounwind
define internal i32 @read_is_kvms(ptr noundef %0, i64 noundef %1, i32 noundef %2) #2 {
  %4 = alloca i32, align 4
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i32, align 4
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i32 %2, ptr %7, align 4
  call void @llvm.lifetime.start.p0(ptr %8) #4
  %11 = load i64, ptr %6, align 8
  %12 = load i32, ptr %7, align 4
  %13 = call ptr @tally_of(i64 noundef %11, i32 noundef %12) #5
  store ptr %13, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #4
  %14 = load ptr, ptr %5, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %14, i32 0, i32 0
  %16 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %15, i32 0, i32 0
  %17 = load i64, ptr %16, align 8
  %18 = load ptr, ptr %5, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %18, i32 0, i32 0
  %20 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %19, i32 0, i32 4
  %21 = load i32, ptr %20, align 4
  %22 = call ptr @tally_of(i64 noundef %17, i32 noundef %21) #5
  store ptr %22, ptr %9, align 8
  %23 = load ptr, ptr %8, align 8
  %24 = icmp ne ptr %23, null
  br i1 %24, label %25, label %31

25:                                               ; preds = %3
  %26 = load ptr, ptr %8, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_register_tally, ptr %26, i32 0, i32 2
  %28 = load i64, ptr %27, align 8
  %29 = icmp eq i64 %28, 1
  br i1 %29, label %30, label %31

30:                                               ; preds = %25
  store i32 1, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %61

31:                                               ; preds = %25, %3
  %32 = load ptr, ptr %8, align 8
  %33 = icmp ne ptr %32, null
  br i1 %33, label %34, label %40

34:                                               ; preds = %31
  %35 = load ptr, ptr %8, align 8
  %36 = getelementptr inbounds nuw %struct.lightexit_register_tally, ptr %35, i32 0, i32 2
  %37 = load i64, ptr %36, align 8
  %38 = icmp eq i64 %37, 2
  br i1 %38, label %39, label %40

39:                                               ; preds = %34
  store i32 0, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %61

40:                                               ; preds = %34, %31
  %41 = load ptr, ptr %9, align 8
  %42 = icmp ne ptr %41, null
  br i1 %42, label %43, label %49

43:                                               ; preds = %40
  %44 = load ptr, ptr %9, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_register_tally, ptr %44, i32 0, i32 2
  %46 = load i64, ptr %45, align 8
  %47 = icmp eq i64 %46, 2
  br i1 %47, label %48, label %49

48:                                               ; preds = %43
  store i32 1, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %61

49:                                               ; preds = %43, %40
  %50 = load ptr, ptr %9, align 8
  %51 = icmp ne ptr %50, null
  br i1 %51, label %52, label %58

52:                                               ; preds = %49
  %53 = load ptr, ptr %9, align 8
  %54 = getelementptr inbounds nuw %struct.lightexit_register_tally, ptr %53, i32 0, i32 2
  %55 = load i64, ptr %54, align 8
  %56 = icmp eq i64 %55, 1
  br i1 %56, label %57, label %58

57:                                               ; preds = %52
  store i32 0, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %61

58:                                               ; preds = %52, %49
  %59 = load i64, ptr %6, align 8
  %60 = call i32 @in_kvms_ports(i64 noundef %59) #5
  store i32 %60, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %61

61:                                               ; preds = %58, %57, %48, %39, %30
  call void @llvm.lifetime.end.p0(ptr %9) #4
  call void @llvm.lifetime.end.p0(ptr %8) #4
  %62 = load i32, ptr %4, align 4
  ret i32 %62
}

; Function Attrs: noinline nounwind
define internal ptr @tally_of(i64 noundef %0, i32 noundef %1) #3 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  %7 = alloca %struct.lightexit_register_key, align 8
  %8 = alloca i64, align 8
  %9 = alloca i32, align 4
  store i64 %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  call void @llvm.lifetime.start.p0(ptr %7) #4
  call void @llvm.lifetime.start.p0(ptr %8) #4
  %10 = call i64 inttoptr (i64 14 to ptr)() #5
  store i64 %10, ptr %8, align 8
  %11 = load i64, ptr %4, align 8
  %12 = load i32, ptr %5, align 4
  %13 = call i64 @counted_as(i64 noundef %11, i32 noundef %12) #5
  %14 = getelementptr inbounds nuw %struct.lightexit_register_key, ptr %7, i32 0, i32 0
  store i64 %13, ptr %14, align 8
  %15 = load i64, ptr %8, align 8
  %16 = lshr i64 %15, 32
  %17 = trunc i64 %16 to i32
  %18 = getelementptr inbounds nuw %struct.lightexit_register_key, ptr %7, i32 0, i32 1
  store i32 %17, ptr %18, align 8
  %19 = load i64, ptr %8, align 8
  %20 = trunc i64 %19 to i32
  %21 = getelementptr inbounds nuw %struct.lightexit_register_key, ptr %7, i32 0, i32 2
  store i32 %20, ptr %21, align 4
  %22 = load i32, ptr %5, align 4
  %23 = getelementptr inbounds nuw %struct.lightexit_register_key, ptr %7, i32 0, i32 3
  store i32 %22, ptr %23, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_register_key, ptr %7, i32 0, i32 4
  store i32 0, ptr %24, align 4
  %25 = call ptr inttoptr (i64 1 to ptr)(ptr noundef @registers, ptr noundef %7) #5
  store ptr %25, ptr %6, align 8
  %26 = load ptr, ptr %6, align 8
  %27 = icmp ne ptr %26, null
  br i1 %27, label %28, label %30

28:                                               ; preds = %2
  %29 = load ptr, ptr %6, align 8
  store ptr %29, ptr %3, align 8
  store i32 1, ptr %9, align 4
  br label %56

30:                                               ; preds = %2
  %31 = getelementptr inbounds nuw %struct.lightexit_register_key, ptr %7, i32 0, i32 1
  %32 = load i32, ptr %31, align 8
  %33 = call i32 @has_room(i32 noundef %32, i64 noundef 12288) #5
  %34 = icmp ne i32 %33, 0
  br i1 %34, label %35, label %37

35:                                               ; preds = %30
  %36 = call ptr @entry_of(ptr noundef @registers, ptr noundef %7, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 3)) #5
  store ptr %36, ptr %3, align 8
  store i32 1, ptr %9, align 4
  br label %56

37:                                               ; preds = %30
  %38 = getelementptr inbounds nuw %struct.lightexit_register_key, ptr %7, i32 0, i32 0
  %39 = load i64, ptr %38, align 8
  %40 = and i64 %39, -4096
  store i64 %40, ptr %38, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_register_key, ptr %7, i32 0, i32 3
  %42 = load i32, ptr %41, align 8
  %43 = and i32 %42, -65281
  store i32 %43, ptr %41, align 8
  %44 = call ptr inttoptr (i64 1 to ptr)(ptr noundef @registers, ptr noundef %7) #5
  store ptr %44, ptr %6, align 8
  %45 = load ptr, ptr %6, align 8
  %46 = icmp ne ptr %45, null
  br i1 %46, label %52, label %47

47:                                               ; preds = %37
  %48 = getelementptr inbounds nuw %struct.lightexit_register_key, ptr %7, i32 0, i32 1
  %49 = load i32, ptr %48, align 8
  %50 = call i32 @has_room(i32 noundef %49, i64 noundef 16384) #5
  %51 = icmp ne i32 %50, 0
  br i1 %51, label %54, label %52

52:                                               ; preds = %47, %37
  %53 = load ptr, ptr %6, align 8
  store ptr %53, ptr %3, align 8
  store i32 1, ptr %9, align 4
  br label %56

54:                                               ; preds = %47
  %55 = call ptr @entry_of(ptr noundef @registers, ptr noundef %7, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 3)) #5
  store ptr %55, ptr %3, align 8
  store i32 1, ptr %9, align 4
  br label %56

56:                                               ; preds = %54, %52, %35, %28
  call void @llvm.lifetime.end.p0(ptr %8) #4
  call void @llvm.lifetime.end.p0(ptr %7) #4
  call void @llvm.lifetime.end.p0(ptr %6) #4
  %57 = load ptr, ptr %3, align 8
  ret ptr %57
}

; Function Attrs: alwaysinline nounwind
define internal i32 @in_kvms_ports(i64 noundef %0) #2 {
  %2 = alloca i64, align 8
  store i64 %0, ptr %2, align 8
  %3 = load i64, ptr %2, align 8
  %4 = icmp uge i64 %3, 32
  br i1 %4, label %5, label %8

5:                                                ; preds = %1
  %6 = load i64, ptr %2, align 8
  %7 = icmp ule i64 %6, 33
  br i1 %7, label %31, label %8

8:                                                ; preds = %5, %1
  %9 = load i64, ptr %2, align 8
  %10 = icmp uge i64 %9, 64
  br i1 %10, label %11, label %14

11:                                               ; preds = %8
  %12 = load i64, ptr %2, align 8
  %13 = icmp ule i64 %12, 67
  br i1 %13, label %31, label %14

14:                                               ; preds = %11, %8
  %15 = load i64, ptr %2, align 8
  %16 = icmp eq i64 %15, 97
  br i1 %16, label %31, label %17

17:                                               ; preds = %14
  %18 = load i64, ptr %2, align 8
  %19 = icmp uge i64 %18, 160
  br i1 %19, label %20, label %23

20:                                               ; preds = %17
  %21 = load i64, ptr %2, align 8
  %22 = icmp ule i64 %21, 161
  br i1 %22, label %31, label %23

23:                                               ; preds = %20, %17
  %24 = load i64, ptr %2, align 8
  %25 = icmp uge i64 %24, 1232
  br i1 %25, label %26, label %29

26:                                               ; preds = %23
  %27 = load i64, ptr %2, align 8
  %28 = icmp ule i64 %27, 1233
  br label %29

29:                                               ; preds = %26, %23
  %30 = phi i1 [ false, %23 ], [ %28, %26 ]
  br label %31

31:                                               ; preds = %29, %20, %14, %11, %5
  %32 = phi i1 [ true, %20 ], [ true, %14 ], [ true, %11 ], [ true, %5 ], [ %30, %29 ]
  %33 = zext i1 %32 to i32
  ret i32 %33
}

; Function Attrs: alwaysinline nounwind
define internal i64 @counted_as(i64 noundef %0, i32 noundef %1) #2 {
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  %5 = alloca i32, align 4
  store i64 %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  %6 = load i32, ptr %5, align 4
  %7 = and i32 %6, 255
  %8 = icmp eq i32 %7, 1
  br i1 %8, label %9, label %18

9:                                                ; preds = %2
  %10 = load i64, ptr %4, align 8
  %11 = icmp uge i64 %10, 655360
  br i1 %11, label %12, label %18

12:                                               ; preds = %9
  %13 = load i64, ptr %4, align 8
  %14 = icmp ult i64 %13, 786432
  br i1 %14, label %15, label %18

15:                                               ; preds = %12
  %16 = load i64, ptr %4, align 8
  %17 = and i64 %16, -32768
  store i64 %17, ptr %3, align 8
  br label %20

18:                                               ; preds = %12, %9, %2
  %19 = load i64, ptr %4, align 8
  store i64 %19, ptr %3, align 8
  br label %20

20:                                               ; preds = %18, %15
  %21 = load i64, ptr %3, align 8
  ret i64 %21
}

; Function Attrs: alwaysinline nounwind
define internal i32 @has_room(i32 noundef %0, i64 noundef %1) #2 {
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  store i32 %0, ptr %4, align 4
  store i64 %1, ptr %5, align 8
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %8 = call ptr @entry_of(ptr noundef @vms, ptr noundef %4, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 5)) #5
  store ptr %8, ptr %6, align 8
  %9 = load ptr, ptr %6, align 8
  %10 = icmp ne ptr %9, null
  br i1 %10, label %11, label %17

11:                                               ; preds = %2
  %12 = load ptr, ptr %6, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_watched_vm, ptr %12, i32 0, i32 0
  %14 = load i64, ptr %13, align 8
  %15 = load i64, ptr %5, align 8
  %16 = icmp uge i64 %14, %15
  br i1 %16, label %17, label %18

17:                                               ; preds = %11, %2
  store i32 0, ptr %3, align 4
  store i32 1, ptr %7, align 4
  br label %22

18:                                               ; preds = %11
  %19 = load ptr, ptr %6, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_watched_vm, ptr %19, i32 0, i32 0
  %21 = atomicrmw add ptr %20, i64 1 seq_cst, align 8
  store i32 1, ptr %3, align 4
  store i32 1, ptr %7, align 4
  br label %22

22:                                               ; preds = %18, %17
  call void @llvm.lifetime.end.p0(ptr %6) #4
  %23 = load i32, ptr %3, align 4
  ret i32 %23
}

; Function Attrs: noinline nounwind
define internal i32 @settle_string(ptr noundef %0, i32 noundef %1, i64 noundef %2, i32 noundef %3, ptr noundef %4) #3 {
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  %8 = alloca i64, align 8
  %9 = alloca i32, align 4
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i32 %1, ptr %7, align 4
  store i64 %2, ptr %8, align 8
  store i32 %3, ptr %9, align 4
  store ptr %4, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #4
  %14 = load ptr, ptr %6, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %14, i32 0, i32 0
  %16 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %15, i32 0, i32 3
  %17 = load i32, ptr %16, align 8
  store i32 %17, ptr %11, align 4
  call void @llvm.lifetime.start.p0(ptr %12) #4
  %18 = load ptr, ptr %6, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %18, i32 0, i32 0
  %20 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %19, i32 0, i32 4
  %21 = load i32, ptr %20, align 4
  %22 = lshr i32 %21, 8
  %23 = and i32 %22, 255
  store i32 %23, ptr %12, align 4
  call void @llvm.lifetime.start.p0(ptr %13) #4
  %24 = load ptr, ptr %6, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %24, i32 0, i32 0
  %26 = load i32, ptr %7, align 4
  %27 = load i64, ptr %8, align 8
  %28 = load i32, ptr %9, align 4
  call void @count(ptr noundef %25, i32 noundef %26, i64 noundef %27, i32 noundef %28) #5
  %29 = load i64, ptr %8, align 8
  %30 = icmp ne i64 %29, -1
  br i1 %30, label %31, label %36

31:                                               ; preds = %5
  %32 = load i32, ptr %11, align 4
  %33 = zext i32 %32 to i64
  %34 = load i64, ptr %8, align 8
  %35 = udiv i64 %34, %33
  store i64 %35, ptr %8, align 8
  br label %36

36:                                               ; preds = %31, %5
  %37 = load ptr, ptr %6, align 8
  %38 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %37, i32 0, i32 0
  %39 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %38, i32 0, i32 3
  store i32 1, ptr %39, align 8
  store i32 0, ptr %13, align 4
  br label %40

40:                                               ; preds = %61, %36
  %41 = load i32, ptr %13, align 4
  %42 = icmp ult i32 %41, 64
  br i1 %42, label %43, label %46

43:                                               ; preds = %40
  %44 = load i32, ptr %11, align 4
  %45 = icmp ne i32 %44, 0
  br label %46

46:                                               ; preds = %43, %40
  %47 = phi i1 [ false, %40 ], [ %45, %43 ]
  br i1 %47, label %48, label %66

48:                                               ; preds = %46
  %49 = load ptr, ptr %6, align 8
  %50 = load ptr, ptr %10, align 8
  %51 = load i32, ptr %13, align 4
  %52 = load i32, ptr %12, align 4
  %53 = mul i32 %51, %52
  %54 = zext i32 %53 to i64
  %55 = getelementptr inbounds nuw i8, ptr %50, i64 %54
  call void @see_value(ptr noundef %49, ptr noundef %55) #5
  %56 = load ptr, ptr %6, align 8
  %57 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %56, i32 0, i32 0
  %58 = load i32, ptr %7, align 4
  %59 = load i64, ptr %8, align 8
  %60 = call i32 @record(ptr noundef %57, i32 noundef %58, i64 noundef %59) #5
  br label %61

61:                                               ; preds = %48
  %62 = load i32, ptr %13, align 4
  %63 = add i32 %62, 1
  store i32 %63, ptr %13, align 4
  %64 = load i32, ptr %11, align 4
  %65 = add i32 %64, -1
  store i32 %65, ptr %11, align 4
  br label %40, !llvm.loop !4

66:                                               ; preds = %46
  %67 = load i32, ptr %11, align 4
  %68 = load ptr, ptr %6, align 8
  %69 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %68, i32 0, i32 0
  %70 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %69, i32 0, i32 3
  store i32 %67, ptr %70, align 8
  %71 = load ptr, ptr %6, align 8
  %72 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %71, i32 0, i32 0
  %73 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %72, i32 0, i32 5
  store i32 0, ptr %73, align 8
  %74 = load i32, ptr %11, align 4
  %75 = icmp ne i32 %74, 0
  br i1 %75, label %76, label %82

76:                                               ; preds = %66
  %77 = load ptr, ptr %6, align 8
  %78 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %77, i32 0, i32 0
  %79 = load i32, ptr %7, align 4
  %80 = load i64, ptr %8, align 8
  %81 = call i32 @record(ptr noundef %78, i32 noundef %79, i64 noundef %80) #5
  br label %82

82:                                               ; preds = %76, %66
  call void @llvm.lifetime.end.p0(ptr %13) #4
  call void @llvm.lifetime.end.p0(ptr %12) #4
  call void @llvm.lifetime.end.p0(ptr %11) #4
  ret i32 0
}

; Function Attrs: alwaysinline nounwind
define internal void @count(ptr noundef %0, i32 noundef %1, i64 noundef %2, i32 noundef %3) #2 {
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i32 %1, ptr %6, align 4
  store i64 %2, ptr %7, align 8
  store i32 %3, ptr %8, align 4
  call void @llvm.lifetime.start.p0(ptr %9) #4
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %12, i32 0, i32 0
  %14 = load i64, ptr %13, align 8
  %15 = load ptr, ptr %5, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %15, i32 0, i32 4
  %17 = load i32, ptr %16, align 4
  %18 = call ptr @tally_of(i64 noundef %14, i32 noundef %17) #5
  store ptr %18, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #4
  %19 = load ptr, ptr %9, align 8
  %20 = icmp ne ptr %19, null
  br i1 %20, label %26, label %21

21:                                               ; preds = %4
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %22, i32 0, i32 3
  %24 = load i32, ptr %23, align 8
  %25 = zext i32 %24 to i64
  call void @lost(i64 noundef %25, i32 noundef 0) #5
  store i32 1, ptr %11, align 4
  br label %75

26:                                               ; preds = %4
  %27 = load i32, ptr %6, align 4
  %28 = icmp eq i32 %27, 1
  br i1 %28, label %29, label %32

29:                                               ; preds = %26
  %30 = load ptr, ptr %9, align 8
  %31 = getelementptr inbounds nuw %struct.lightexit_register_tally, ptr %30, i32 0, i32 1
  br label %35

32:                                               ; preds = %26
  %33 = load ptr, ptr %9, align 8
  %34 = getelementptr inbounds nuw %struct.lightexit_register_tally, ptr %33, i32 0, i32 0
  br label %35

35:                                               ; preds = %32, %29
  %36 = phi ptr [ %31, %29 ], [ %34, %32 ]
  store ptr %36, ptr %10, align 8
  %37 = load ptr, ptr %5, align 8
  %38 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %37, i32 0, i32 3
  %39 = load i32, ptr %38, align 8
  %40 = zext i32 %39 to i64
  %41 = load ptr, ptr %10, align 8
  %42 = getelementptr inbounds nuw %struct.lightexit_tally, ptr %41, i32 0, i32 0
  %43 = load i64, ptr %42, align 8
  %44 = add i64 %43, %40
  store i64 %44, ptr %42, align 8
  %45 = load i64, ptr %7, align 8
  %46 = icmp ne i64 %45, -1
  br i1 %46, label %47, label %61

47:                                               ; preds = %35
  %48 = load ptr, ptr %5, align 8
  %49 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %48, i32 0, i32 3
  %50 = load i32, ptr %49, align 8
  %51 = zext i32 %50 to i64
  %52 = load ptr, ptr %10, align 8
  %53 = getelementptr inbounds nuw %struct.lightexit_tally, ptr %52, i32 0, i32 1
  %54 = load i64, ptr %53, align 8
  %55 = add i64 %54, %51
  store i64 %55, ptr %53, align 8
  %56 = load i64, ptr %7, align 8
  %57 = load ptr, ptr %10, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_tally, ptr %57, i32 0, i32 2
  %59 = load i64, ptr %58, align 8
  %60 = add i64 %59, %56
  store i64 %60, ptr %58, align 8
  br label %61

61:                                               ; preds = %47, %35
  %62 = load i32, ptr %8, align 4
  %63 = icmp ne i32 %62, 0
  br i1 %63, label %64, label %74

64:                                               ; preds = %61
  %65 = load i32, ptr %6, align 4
  %66 = icmp eq i32 %65, 1
  %67 = zext i1 %66 to i64
  %68 = select i1 %66, i32 2, i32 1
  %69 = sext i32 %68 to i64
  %70 = load ptr, ptr %9, align 8
  %71 = getelementptr inbounds nuw %struct.lightexit_register_tally, ptr %70, i32 0, i32 2
  %72 = load i64, ptr %71, align 8
  %73 = or i64 %72, %69
  store i64 %73, ptr %71, align 8
  br label %74

74:                                               ; preds = %64, %61
  store i32 0, ptr %11, align 4
  br label %75

75:                                               ; preds = %74, %21
  call void @llvm.lifetime.end.p0(ptr %10) #4
  call void @llvm.lifetime.end.p0(ptr %9) #4
  %76 = load i32, ptr %11, align 4
  switch i32 %76, label %78 [
    i32 0, label %77
    i32 1, label %77
  ]

77:                                               ; preds = %75, %75
  ret void

78:                                               ; preds = %75
  unreachable
}

; Function Attrs: noinline nounwind
define internal i32 @record(ptr noundef %0, i32 noundef %1, i64 noundef %2) #3 {
  %4 = alloca i32, align 4
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i32 %1, ptr %6, align 4
  store i64 %2, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #4
  %11 = call ptr inttoptr (i64 131 to ptr)(ptr noundef @ring, i64 noundef 56, i64 noundef 0) #5
  store ptr %11, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #4
  %12 = call i64 inttoptr (i64 14 to ptr)() #5
  store i64 %12, ptr %9, align 8
  %13 = load ptr, ptr %8, align 8
  %14 = icmp ne ptr %13, null
  br i1 %14, label %20, label %15

15:                                               ; preds = %3
  %16 = load ptr, ptr %5, align 8
  %17 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %16, i32 0, i32 3
  %18 = load i32, ptr %17, align 8
  %19 = zext i32 %18 to i64
  call void @lost(i64 noundef %19, i32 noundef 1) #5
  store i32 0, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %69

20:                                               ; preds = %3
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %21, i32 0, i32 1
  %23 = load i64, ptr %22, align 8
  %24 = load ptr, ptr %8, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %24, i32 0, i32 0
  store i64 %23, ptr %25, align 8
  %26 = load ptr, ptr %5, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %26, i32 0, i32 0
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %8, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %29, i32 0, i32 1
  store i64 %28, ptr %30, align 8
  %31 = load ptr, ptr %5, align 8
  %32 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %31, i32 0, i32 2
  %33 = load i64, ptr %32, align 8
  %34 = load ptr, ptr %8, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %34, i32 0, i32 2
  store i64 %33, ptr %35, align 8
  %36 = load i64, ptr %7, align 8
  %37 = load ptr, ptr %8, align 8
  %38 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %37, i32 0, i32 3
  store i64 %36, ptr %38, align 8
  %39 = load i64, ptr %9, align 8
  %40 = lshr i64 %39, 32
  %41 = trunc i64 %40 to i32
  %42 = load ptr, ptr %8, align 8
  %43 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %42, i32 0, i32 4
  store i32 %41, ptr %43, align 8
  %44 = load i64, ptr %9, align 8
  %45 = trunc i64 %44 to i32
  %46 = load ptr, ptr %8, align 8
  %47 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %46, i32 0, i32 5
  store i32 %45, ptr %47, align 4
  %48 = load ptr, ptr %5, align 8
  %49 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %48, i32 0, i32 4
  %50 = load i32, ptr %49, align 4
  %51 = load i32, ptr %6, align 4
  %52 = shl i32 %51, 24
  %53 = or i32 %50, %52
  %54 = load ptr, ptr %8, align 8
  %55 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %54, i32 0, i32 6
  store i32 %53, ptr %55, align 8
  %56 = load ptr, ptr %5, align 8
  %57 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %56, i32 0, i32 3
  %58 = load i32, ptr %57, align 8
  %59 = load ptr, ptr %8, align 8
  %60 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %59, i32 0, i32 7
  store i32 %58, ptr %60, align 4
  %61 = load ptr, ptr %5, align 8
  %62 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %61, i32 0, i32 5
  %63 = load i32, ptr %62, align 8
  %64 = load ptr, ptr %8, align 8
  %65 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %64, i32 0, i32 8
  store i32 %63, ptr %65, align 8
  %66 = load ptr, ptr %8, align 8
  %67 = getelementptr inbounds nuw %struct.lightexit_access_record, ptr %66, i32 0, i32 9
  store i32 0, ptr %67, align 4
  %68 = load ptr, ptr %8, align 8
  call void inttoptr (i64 132 to ptr)(ptr noundef %68, i64 noundef 1) #5
  store i32 0, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %69

69:                                               ; preds = %20, %15
  call void @llvm.lifetime.end.p0(ptr %9) #4
  call void @llvm.lifetime.end.p0(ptr %8) #4
  %70 = load i32, ptr %4, align 4
  ret i32 %70
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
