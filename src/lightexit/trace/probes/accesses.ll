; SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
; Made of accesses.c by tools/runtime.py; do not edit.

%struct.lightexit_probe_config = type { i32, i32, i32, i32, i32, i32, i32, %struct.lightexit_thread, %struct.lightexit_access_tally, %struct.lightexit_line_tally, %struct.lightexit_watched_vm, %struct.lightexit_apic_tally }
%struct.lightexit_thread = type { %struct.lightexit_seen_access, i64, i64, i32, i32, i32, i8, i8, i8, i8, i8, i8, i8 }
%struct.lightexit_seen_access = type { i64, i64, i64, i32, i32, i32, i32 }
%struct.lightexit_access_tally = type { %struct.lightexit_tally, %struct.lightexit_tally, i64 }
%struct.lightexit_tally = type { i64, i64, i64 }
%struct.lightexit_line_tally = type { i64, i64 }
%struct.lightexit_watched_vm = type { i64 }
%struct.lightexit_apic_tally = type { i64 }
%struct.look = type { i32, i32, i32 }
%struct.lightexit_register_key = type { i64, i32, i32, i32, i32 }
%struct.lightexit_cpu_state = type { i64, i64, i64, i64, i64, i32, i32 }
%struct.lightexit_access_record = type { i64, i64, i64, i64, i32, i32, i32, i32, i32, i32 }

@config = external global %struct.lightexit_probe_config, align 8
@cpus = external global i8, align 1
@vms = external global i8, align 1
@threads = external global i8, align 1
@ring = external global i8, align 1
@registers = external global i8, align 1

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
  %56 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %55, i32 0, i32 6
  store i8 1, ptr %56, align 4
  %57 = load ptr, ptr %8, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %57, i32 0, i32 7
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
  %1 = alloca ptr, align 8
  %2 = alloca %struct.look, align 4
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  %5 = alloca i64, align 8
  %6 = alloca i32, align 4
  call void @llvm.lifetime.start.p0(ptr %2) #4
  call void @llvm.lifetime.start.p0(ptr %3) #4
  call void @llvm.lifetime.start.p0(ptr %4) #4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  %7 = call i32 @is_looked_at(ptr noundef %2) #5
  %8 = icmp ne i32 %7, 0
  br i1 %8, label %10, label %9

9:                                                ; preds = %0
  store ptr null, ptr %1, align 8
  store i32 1, ptr %6, align 4
  br label %65

10:                                               ; preds = %0
  %11 = call i64 inttoptr (i64 14 to ptr)() #5
  store i64 %11, ptr %5, align 8
  %12 = load i64, ptr %5, align 8
  %13 = lshr i64 %12, 32
  %14 = trunc i64 %13 to i32
  store i32 %14, ptr %4, align 4
  %15 = load i32, ptr %4, align 4
  %16 = call i32 @is_watched(i32 noundef %15) #5
  %17 = icmp ne i32 %16, 0
  br i1 %17, label %19, label %18

18:                                               ; preds = %10
  store ptr null, ptr %1, align 8
  store i32 1, ptr %6, align 4
  br label %65

19:                                               ; preds = %10
  %20 = load i32, ptr %4, align 4
  %21 = load i64, ptr %5, align 8
  %22 = trunc i64 %21 to i32
  %23 = call ptr @any_thread(i32 noundef %20, i32 noundef %22) #5
  store ptr %23, ptr %3, align 8
  %24 = load ptr, ptr %3, align 8
  %25 = icmp ne ptr %24, null
  br i1 %25, label %27, label %26

26:                                               ; preds = %19
  store ptr null, ptr %1, align 8
  store i32 1, ptr %6, align 4
  br label %65

27:                                               ; preds = %19
  %28 = getelementptr inbounds nuw %struct.look, ptr %2, i32 0, i32 1
  %29 = load i32, ptr %28, align 4
  %30 = shl i32 %29, 8
  %31 = call i32 inttoptr (i64 8 to ptr)() #5
  %32 = and i32 %31, 255
  %33 = or i32 %30, %32
  %34 = getelementptr inbounds nuw %struct.look, ptr %2, i32 0, i32 1
  store i32 %33, ptr %34, align 4
  %35 = getelementptr inbounds nuw %struct.look, ptr %2, i32 0, i32 2
  %36 = load i32, ptr %35, align 4
  %37 = trunc i32 %36 to i8
  %38 = load ptr, ptr %3, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %38, i32 0, i32 10
  store i8 %37, ptr %39, align 8
  %40 = load ptr, ptr %3, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %40, i32 0, i32 12
  store i8 0, ptr %41, align 2
  %42 = load ptr, ptr %3, align 8
  %43 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %42, i32 0, i32 5
  %44 = load i32, ptr %43, align 8
  %45 = getelementptr inbounds nuw %struct.look, ptr %2, i32 0, i32 1
  %46 = load i32, ptr %45, align 4
  %47 = icmp ne i32 %44, %46
  br i1 %47, label %48, label %59

48:                                               ; preds = %27
  %49 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 6), align 8
  %50 = icmp ne i32 %49, 0
  br i1 %50, label %51, label %59

51:                                               ; preds = %48
  %52 = getelementptr inbounds nuw %struct.look, ptr %2, i32 0, i32 0
  %53 = load i32, ptr %52, align 4
  %54 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 6), align 8
  %55 = sub i32 %53, %54
  %56 = icmp ult i32 %55, 256
  br i1 %56, label %57, label %59

57:                                               ; preds = %51
  %58 = load ptr, ptr %3, align 8
  call void @in_doubt(ptr noundef %58) #5
  br label %59

59:                                               ; preds = %57, %51, %48, %27
  %60 = getelementptr inbounds nuw %struct.look, ptr %2, i32 0, i32 1
  %61 = load i32, ptr %60, align 4
  %62 = load ptr, ptr %3, align 8
  %63 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %62, i32 0, i32 5
  store i32 %61, ptr %63, align 8
  %64 = load ptr, ptr %3, align 8
  store ptr %64, ptr %1, align 8
  store i32 1, ptr %6, align 4
  br label %65

65:                                               ; preds = %59, %26, %18, %9
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  call void @llvm.lifetime.end.p0(ptr %3) #4
  call void @llvm.lifetime.end.p0(ptr %2) #4
  %66 = load ptr, ptr %1, align 8
  ret ptr %66
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
  %14 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %13, i32 0, i32 7
  %15 = load i8, ptr %14, align 1
  %16 = zext i8 %15 to i32
  %17 = icmp eq i32 %16, 1
  %18 = zext i1 %17 to i32
  store i32 %18, ptr %11, align 4
  call void @llvm.lifetime.start.p0(ptr %12) #4
  %19 = load ptr, ptr %6, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %19, i32 0, i32 12
  %21 = load i8, ptr %20, align 2
  %22 = icmp ne i8 %21, 0
  %23 = xor i1 %22, true
  %24 = zext i1 %23 to i32
  store i32 %24, ptr %12, align 4
  %25 = load ptr, ptr %6, align 8
  %26 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %25, i32 0, i32 12
  %27 = load i8, ptr %26, align 2
  %28 = icmp ne i8 %27, 0
  br i1 %28, label %29, label %35

29:                                               ; preds = %5
  %30 = load i64, ptr %7, align 8
  %31 = load i32, ptr %8, align 4
  %32 = call i32 @usual_answer(i64 noundef %30, i32 noundef %31) #5
  %33 = icmp eq i32 %32, 1
  %34 = zext i1 %33 to i32
  store i32 %34, ptr %11, align 4
  br label %35

35:                                               ; preds = %29, %5
  %36 = load ptr, ptr %6, align 8
  %37 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %36, i32 0, i32 6
  %38 = load i8, ptr %37, align 4
  %39 = zext i8 %38 to i32
  %40 = icmp ne i32 %39, 0
  br i1 %40, label %41, label %63

41:                                               ; preds = %35
  %42 = load i32, ptr %11, align 4
  %43 = icmp ne i32 %42, 0
  br i1 %43, label %44, label %63

44:                                               ; preds = %41
  %45 = load ptr, ptr %6, align 8
  %46 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %45, i32 0, i32 0
  %47 = call i32 @space_of(ptr noundef %46) #5
  %48 = icmp eq i32 %47, 0
  br i1 %48, label %49, label %63

49:                                               ; preds = %44
  %50 = load ptr, ptr %6, align 8
  %51 = load i64, ptr %7, align 8
  %52 = load i32, ptr %8, align 4
  %53 = call i32 @read_is_kvms(ptr noundef %50, i64 noundef %51, i32 noundef %52) #5
  %54 = icmp ne i32 %53, 0
  %55 = xor i1 %54, true
  %56 = zext i1 %55 to i32
  store i32 %56, ptr %11, align 4
  store i32 0, ptr %12, align 4
  %57 = load ptr, ptr %6, align 8
  %58 = load i32, ptr %11, align 4
  %59 = icmp ne i32 %58, 0
  %60 = zext i1 %59 to i64
  %61 = select i1 %59, i32 0, i32 1
  %62 = call i32 @settle(ptr noundef %57, i32 noundef %61, i64 noundef -1, i32 noundef 0) #5
  br label %65

63:                                               ; preds = %44, %41, %35
  %64 = load ptr, ptr %6, align 8
  call void @settle_write(ptr noundef %64) #5
  br label %65

65:                                               ; preds = %63, %49
  %66 = load ptr, ptr %6, align 8
  %67 = load i64, ptr %7, align 8
  %68 = load i32, ptr %8, align 4
  %69 = load i32, ptr %9, align 4
  call void @see(ptr noundef %66, i64 noundef %67, i32 noundef %68, i32 noundef %69) #5
  %70 = load ptr, ptr %6, align 8
  %71 = load i32, ptr %11, align 4
  %72 = load i32, ptr %12, align 4
  %73 = load ptr, ptr %10, align 8
  call void @settle_read(ptr noundef %70, i32 noundef %71, i32 noundef %72, ptr noundef %73) #5
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
  %4 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %3, i32 0, i32 6
  %5 = load i8, ptr %4, align 4
  %6 = icmp ne i8 %5, 0
  br i1 %6, label %8, label %7

7:                                                ; preds = %1
  br label %20

8:                                                ; preds = %1
  %9 = load ptr, ptr %2, align 8
  %10 = load ptr, ptr %2, align 8
  %11 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %10, i32 0, i32 7
  %12 = load i8, ptr %11, align 1
  %13 = zext i8 %12 to i32
  %14 = icmp ne i32 %13, 0
  %15 = zext i1 %14 to i64
  %16 = select i1 %14, i32 1, i32 0
  %17 = call i32 @settle(ptr noundef %9, i32 noundef %16, i64 noundef -1, i32 noundef 1) #5
  %18 = load ptr, ptr %2, align 8
  %19 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %18, i32 0, i32 7
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
  %15 = getelementptr inbounds i64, ptr %14, i64 1
  %16 = load i64, ptr %15, align 8
  %17 = trunc i64 %16 to i32
  store i32 %17, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %18 = load ptr, ptr %3, align 8
  %19 = getelementptr inbounds i64, ptr %18, i64 2
  %20 = load i64, ptr %19, align 8
  store i64 %20, ptr %6, align 8
  call void @llvm.lifetime.start.p0(ptr %7) #4
  %21 = call ptr @this_thread() #5
  store ptr %21, ptr %7, align 8
  call void @llvm.lifetime.start.p0(ptr %8) #4
  %22 = load ptr, ptr %7, align 8
  %23 = icmp ne ptr %22, null
  br i1 %23, label %25, label %24

24:                                               ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %97

25:                                               ; preds = %1
  %26 = load ptr, ptr %7, align 8
  call void @settle_write(ptr noundef %26) #5
  %27 = load i32, ptr %4, align 4
  %28 = icmp eq i32 %27, 0
  br i1 %28, label %29, label %34

29:                                               ; preds = %25
  %30 = load ptr, ptr %7, align 8
  %31 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %30, i32 0, i32 8
  store i8 1, ptr %31, align 2
  %32 = load ptr, ptr %7, align 8
  %33 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %32, i32 0, i32 7
  store i8 0, ptr %33, align 1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %97

34:                                               ; preds = %25
  %35 = load ptr, ptr %7, align 8
  %36 = load i64, ptr %6, align 8
  %37 = load i32, ptr %5, align 4
  %38 = load i32, ptr %4, align 4
  %39 = icmp eq i32 %38, 2
  %40 = zext i1 %39 to i32
  %41 = call i32 @what(i32 noundef 1, i32 noundef %37, i32 noundef %40) #5
  call void @see(ptr noundef %35, i64 noundef %36, i32 noundef %41, i32 noundef 1) #5
  %42 = load i32, ptr %4, align 4
  %43 = icmp eq i32 %42, 1
  br i1 %43, label %44, label %85

44:                                               ; preds = %34
  %45 = load ptr, ptr %7, align 8
  %46 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %45, i32 0, i32 8
  %47 = load i8, ptr %46, align 2
  %48 = zext i8 %47 to i32
  %49 = icmp ne i32 %48, 0
  br i1 %49, label %50, label %56

50:                                               ; preds = %44
  %51 = load ptr, ptr %7, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %51, i32 0, i32 7
  %53 = load i8, ptr %52, align 1
  %54 = zext i8 %53 to i32
  %55 = icmp eq i32 %54, 2
  br label %56

56:                                               ; preds = %50, %44
  %57 = phi i1 [ false, %44 ], [ %55, %50 ]
  %58 = zext i1 %57 to i32
  store i32 %58, ptr %8, align 4
  %59 = load ptr, ptr %7, align 8
  %60 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %59, i32 0, i32 12
  %61 = load i8, ptr %60, align 2
  %62 = icmp ne i8 %61, 0
  br i1 %62, label %63, label %72

63:                                               ; preds = %56
  %64 = load i64, ptr %6, align 8
  %65 = load ptr, ptr %7, align 8
  %66 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %65, i32 0, i32 0
  %67 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %66, i32 0, i32 4
  %68 = load i32, ptr %67, align 4
  %69 = call i32 @usual_answer(i64 noundef %64, i32 noundef %68) #5
  %70 = icmp eq i32 %69, 1
  %71 = zext i1 %70 to i32
  store i32 %71, ptr %8, align 4
  br label %72

72:                                               ; preds = %63, %56
  %73 = load ptr, ptr %7, align 8
  %74 = load i32, ptr %8, align 4
  %75 = load ptr, ptr %7, align 8
  %76 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %75, i32 0, i32 12
  %77 = load i8, ptr %76, align 2
  %78 = icmp ne i8 %77, 0
  %79 = xor i1 %78, true
  %80 = zext i1 %79 to i32
  %81 = load ptr, ptr %3, align 8
  %82 = getelementptr inbounds i64, ptr %81, i64 3
  %83 = load i64, ptr %82, align 8
  %84 = inttoptr i64 %83 to ptr
  call void @settle_read(ptr noundef %73, i32 noundef %74, i32 noundef %80, ptr noundef %84) #5
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %97

85:                                               ; preds = %34
  %86 = load ptr, ptr %7, align 8
  %87 = load ptr, ptr %3, align 8
  %88 = getelementptr inbounds i64, ptr %87, i64 3
  %89 = load i64, ptr %88, align 8
  %90 = inttoptr i64 %89 to ptr
  call void @see_value(ptr noundef %86, ptr noundef %90) #5
  %91 = load ptr, ptr %7, align 8
  %92 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %91, i32 0, i32 6
  store i8 1, ptr %92, align 4
  %93 = load ptr, ptr %7, align 8
  %94 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %93, i32 0, i32 7
  store i8 0, ptr %94, align 1
  %95 = load ptr, ptr %7, align 8
  %96 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %95, i32 0, i32 8
  store i8 0, ptr %96, align 2
  store i32 0, ptr %2, align 4
  store i32 1, ptr %9, align 4
  br label %97

97:                                               ; preds = %85, %72, %29, %24
  call void @llvm.lifetime.end.p0(ptr %8) #4
  call void @llvm.lifetime.end.p0(ptr %7) #4
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %98 = load i32, ptr %2, align 4
  ret i32 %98
}

; Function Attrs: noinline nounwind
define internal i32 @usual_answer(i64 noundef %0, i32 noundef %1) #3 {
  %3 = alloca i32, align 4
  %4 = alloca i64, align 8
  %5 = alloca i32, align 4
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  store i64 %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %8 = load i64, ptr %4, align 8
  %9 = load i32, ptr %5, align 4
  %10 = call ptr @tally_of(i64 noundef %8, i32 noundef %9) #5
  store ptr %10, ptr %6, align 8
  %11 = load ptr, ptr %6, align 8
  %12 = icmp ne ptr %11, null
  br i1 %12, label %13, label %19

13:                                               ; preds = %2
  %14 = load ptr, ptr %6, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %14, i32 0, i32 2
  %16 = load i64, ptr %15, align 8
  %17 = icmp eq i64 %16, 1
  br i1 %17, label %18, label %19

18:                                               ; preds = %13
  store i32 0, ptr %3, align 4
  store i32 1, ptr %7, align 4
  br label %35

19:                                               ; preds = %13, %2
  %20 = load ptr, ptr %6, align 8
  %21 = icmp ne ptr %20, null
  br i1 %21, label %22, label %28

22:                                               ; preds = %19
  %23 = load ptr, ptr %6, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %23, i32 0, i32 2
  %25 = load i64, ptr %24, align 8
  %26 = icmp eq i64 %25, 2
  br i1 %26, label %27, label %28

27:                                               ; preds = %22
  store i32 1, ptr %3, align 4
  store i32 1, ptr %7, align 4
  br label %35

28:                                               ; preds = %22, %19
  %29 = load i64, ptr %4, align 8
  %30 = load i32, ptr %5, align 4
  %31 = call i32 @is_kvms_own(i64 noundef %29, i32 noundef %30) #5
  %32 = icmp ne i32 %31, 0
  %33 = zext i1 %32 to i64
  %34 = select i1 %32, i32 0, i32 1
  store i32 %34, ptr %3, align 4
  store i32 1, ptr %7, align 4
  br label %35

35:                                               ; preds = %28, %27, %18
  call void @llvm.lifetime.end.p0(ptr %6) #4
  %36 = load i32, ptr %3, align 4
  ret i32 %36
}

; Function Attrs: alwaysinline nounwind
define internal void @settle_read(ptr noundef %0, i32 noundef %1, i32 noundef %2, ptr noundef %3) #2 {
  %5 = alloca ptr, align 8
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i32 %1, ptr %6, align 4
  store i32 %2, ptr %7, align 4
  store ptr %3, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #4
  %12 = load i32, ptr %6, align 4
  %13 = icmp ne i32 %12, 0
  %14 = zext i1 %13 to i64
  %15 = select i1 %13, i32 1, i32 0
  store i32 %15, ptr %9, align 4
  call void @llvm.lifetime.start.p0(ptr %10) #4
  store i64 -1, ptr %10, align 8
  %16 = load i32, ptr %6, align 4
  %17 = icmp ne i32 %16, 0
  br i1 %17, label %18, label %35

18:                                               ; preds = %4
  %19 = load ptr, ptr %5, align 8
  %20 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %19, i32 0, i32 1
  %21 = load i64, ptr %20, align 8
  %22 = icmp ne i64 %21, 0
  br i1 %22, label %23, label %35

23:                                               ; preds = %18
  %24 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 2), align 8
  %25 = icmp ne i32 %24, 0
  br i1 %25, label %35, label %26

26:                                               ; preds = %23
  %27 = load ptr, ptr %5, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %27, i32 0, i32 0
  %29 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %28, i32 0, i32 1
  %30 = load i64, ptr %29, align 8
  %31 = load ptr, ptr %5, align 8
  %32 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %31, i32 0, i32 1
  %33 = load i64, ptr %32, align 8
  %34 = sub i64 %30, %33
  store i64 %34, ptr %10, align 8
  br label %35

35:                                               ; preds = %26, %23, %18, %4
  %36 = load ptr, ptr %5, align 8
  %37 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %36, i32 0, i32 7
  store i8 0, ptr %37, align 1
  %38 = load ptr, ptr %5, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %38, i32 0, i32 8
  store i8 0, ptr %39, align 2
  %40 = load ptr, ptr %5, align 8
  %41 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %40, i32 0, i32 0
  %42 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %41, i32 0, i32 3
  %43 = load i32, ptr %42, align 8
  %44 = icmp ugt i32 %43, 1
  br i1 %44, label %45, label %55

45:                                               ; preds = %35
  %46 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 1), align 4
  %47 = icmp ne i32 %46, 0
  br i1 %47, label %48, label %55

48:                                               ; preds = %45
  %49 = load ptr, ptr %5, align 8
  %50 = load i32, ptr %9, align 4
  %51 = load i64, ptr %10, align 8
  %52 = load i32, ptr %7, align 4
  %53 = load ptr, ptr %8, align 8
  %54 = call i32 @settle_string(ptr noundef %49, i32 noundef %50, i64 noundef %51, i32 noundef %52, ptr noundef %53) #5
  store i32 1, ptr %11, align 4
  br label %63

55:                                               ; preds = %45, %35
  %56 = load ptr, ptr %5, align 8
  %57 = load ptr, ptr %8, align 8
  call void @see_value(ptr noundef %56, ptr noundef %57) #5
  %58 = load ptr, ptr %5, align 8
  %59 = load i32, ptr %9, align 4
  %60 = load i64, ptr %10, align 8
  %61 = load i32, ptr %7, align 4
  %62 = call i32 @settle(ptr noundef %58, i32 noundef %59, i64 noundef %60, i32 noundef %61) #5
  store i32 0, ptr %11, align 4
  br label %63

63:                                               ; preds = %55, %48
  call void @llvm.lifetime.end.p0(ptr %10) #4
  call void @llvm.lifetime.end.p0(ptr %9) #4
  %64 = load i32, ptr %11, align 4
  switch i32 %64, label %66 [
    i32 0, label %65
    i32 1, label %65
  ]

65:                                               ; preds = %63, %63
  ret void

66:                                               ; preds = %63
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
  %10 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %9, i32 0, i32 6
  store i8 0, ptr %10, align 4
  %11 = load i32, ptr %6, align 4
  %12 = add i32 1, %11
  %13 = trunc i32 %12 to i8
  %14 = load ptr, ptr %5, align 8
  %15 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %14, i32 0, i32 11
  store i8 %13, ptr %15, align 1
  %16 = load ptr, ptr %5, align 8
  %17 = load i32, ptr %6, align 4
  %18 = load i64, ptr %7, align 8
  %19 = load i32, ptr %8, align 4
  call void @count(ptr noundef %16, i32 noundef %17, i64 noundef %18, i32 noundef %19) #5
  %20 = load volatile i32, ptr getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 1), align 4
  %21 = icmp ne i32 %20, 0
  br i1 %21, label %22, label %28

22:                                               ; preds = %4
  %23 = load ptr, ptr %5, align 8
  %24 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %23, i32 0, i32 0
  %25 = load i32, ptr %6, align 4
  %26 = load i64, ptr %7, align 8
  %27 = call i32 @record(ptr noundef %24, i32 noundef %25, i64 noundef %26) #5
  br label %28

28:                                               ; preds = %22, %4
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
  br label %69

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
  br label %69

28:                                               ; preds = %22
  %29 = load ptr, ptr %6, align 8
  %30 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %29, i32 0, i32 12
  %31 = load i8, ptr %30, align 2
  %32 = icmp ne i8 %31, 0
  br i1 %32, label %33, label %38

33:                                               ; preds = %28
  %34 = load ptr, ptr %6, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %34, i32 0, i32 5
  %36 = load i32, ptr %35, align 8
  %37 = add i32 %36, -1
  store i32 %37, ptr %35, align 8
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %69

38:                                               ; preds = %28
  %39 = load ptr, ptr %6, align 8
  %40 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %39, i32 0, i32 6
  %41 = load i8, ptr %40, align 4
  %42 = zext i8 %41 to i32
  %43 = icmp ne i32 %42, 0
  br i1 %43, label %44, label %50

44:                                               ; preds = %38
  %45 = load ptr, ptr %6, align 8
  %46 = load i32, ptr %5, align 4
  %47 = call i32 @takes_write(ptr noundef %45, i32 noundef %46) #5
  %48 = icmp ne i32 %47, 0
  br i1 %48, label %49, label %50

49:                                               ; preds = %44
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %69

50:                                               ; preds = %44, %38
  %51 = load i32, ptr %5, align 4
  %52 = icmp eq i32 %51, 2
  br i1 %52, label %53, label %59

53:                                               ; preds = %50
  %54 = load ptr, ptr %6, align 8
  %55 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %54, i32 0, i32 8
  %56 = load i8, ptr %55, align 2
  %57 = icmp ne i8 %56, 0
  br i1 %57, label %59, label %58

58:                                               ; preds = %53
  br label %61

59:                                               ; preds = %53, %50
  %60 = load i32, ptr %5, align 4
  br label %61

61:                                               ; preds = %59, %58
  %62 = phi i32 [ 0, %58 ], [ %60, %59 ]
  %63 = trunc i32 %62 to i8
  %64 = load ptr, ptr %6, align 8
  %65 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %64, i32 0, i32 7
  store i8 %63, ptr %65, align 1
  %66 = call i64 inttoptr (i64 5 to ptr)() #5
  %67 = load ptr, ptr %6, align 8
  %68 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %67, i32 0, i32 1
  store i64 %66, ptr %68, align 8
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %69

69:                                               ; preds = %61, %49, %33, %25, %21
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %70 = load i32, ptr %2, align 4
  ret i32 %70
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
  %14 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %13, i32 0, i32 7
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
  %7 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %6, i32 0, i32 7
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
  %25 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %24, i32 0, i32 7
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
define i32 @kvm_exit(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  %6 = call ptr @this_thread() #5
  store ptr %6, ptr %4, align 8
  %7 = load ptr, ptr %3, align 8
  %8 = load ptr, ptr %4, align 8
  %9 = icmp ne ptr %8, null
  br i1 %9, label %10, label %16

10:                                               ; preds = %1
  %11 = load ptr, ptr %4, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %11, i32 0, i32 12
  %13 = load i8, ptr %12, align 2
  %14 = zext i8 %13 to i32
  %15 = icmp ne i32 %14, 0
  br i1 %15, label %16, label %17

16:                                               ; preds = %10, %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %5, align 4
  br label %24

17:                                               ; preds = %10
  %18 = load ptr, ptr %4, align 8
  call void @settle_write(ptr noundef %18) #5
  %19 = call i64 inttoptr (i64 5 to ptr)() #5
  %20 = load ptr, ptr %4, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %20, i32 0, i32 2
  store i64 %19, ptr %21, align 8
  %22 = load ptr, ptr %4, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %22, i32 0, i32 11
  store i8 0, ptr %23, align 1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %5, align 4
  br label %24

24:                                               ; preds = %17, %16
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %25 = load i32, ptr %2, align 4
  ret i32 %25
}

; Function Attrs: nounwind
define i32 @kvm_entry(ptr noundef %0) #0 {
  %2 = alloca i32, align 4
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  call void @llvm.lifetime.start.p0(ptr %4) #4
  call void @llvm.lifetime.start.p0(ptr %5) #4
  call void @llvm.lifetime.start.p0(ptr %6) #4
  %8 = call ptr @this_thread() #5
  store ptr %8, ptr %6, align 8
  %9 = load ptr, ptr %3, align 8
  %10 = load ptr, ptr %6, align 8
  %11 = icmp ne ptr %10, null
  br i1 %11, label %13, label %12

12:                                               ; preds = %1
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %85

13:                                               ; preds = %1
  %14 = load ptr, ptr %6, align 8
  call void @settle_write(ptr noundef %14) #5
  %15 = load ptr, ptr %6, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %15, i32 0, i32 11
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i32
  %19 = icmp ne i32 %18, 0
  br i1 %19, label %20, label %82

20:                                               ; preds = %13
  %21 = load ptr, ptr %6, align 8
  %22 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %21, i32 0, i32 2
  %23 = load i64, ptr %22, align 8
  %24 = icmp ne i64 %23, 0
  br i1 %24, label %25, label %82

25:                                               ; preds = %20
  %26 = load ptr, ptr %6, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %26, i32 0, i32 0
  %28 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %27, i32 0, i32 0
  %29 = load i64, ptr %28, align 8
  %30 = load ptr, ptr %6, align 8
  %31 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %30, i32 0, i32 0
  %32 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %31, i32 0, i32 4
  %33 = load i32, ptr %32, align 4
  %34 = call ptr @tally_of(i64 noundef %29, i32 noundef %33) #5
  store ptr %34, ptr %4, align 8
  %35 = load ptr, ptr %4, align 8
  %36 = icmp ne ptr %35, null
  br i1 %36, label %37, label %81

37:                                               ; preds = %25
  %38 = load ptr, ptr %6, align 8
  %39 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %38, i32 0, i32 11
  %40 = load i8, ptr %39, align 1
  %41 = zext i8 %40 to i32
  %42 = icmp eq i32 %41, 2
  br i1 %42, label %43, label %46

43:                                               ; preds = %37
  %44 = load ptr, ptr %4, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %44, i32 0, i32 1
  br label %49

46:                                               ; preds = %37
  %47 = load ptr, ptr %4, align 8
  %48 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %47, i32 0, i32 0
  br label %49

49:                                               ; preds = %46, %43
  %50 = phi ptr [ %45, %43 ], [ %48, %46 ]
  store ptr %50, ptr %5, align 8
  %51 = load ptr, ptr %6, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %51, i32 0, i32 0
  %53 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %52, i32 0, i32 3
  %54 = load i32, ptr %53, align 8
  %55 = zext i32 %54 to i64
  %56 = load ptr, ptr %6, align 8
  %57 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %56, i32 0, i32 10
  %58 = load i8, ptr %57, align 8
  %59 = zext i8 %58 to i32
  %60 = zext i32 %59 to i64
  %61 = shl i64 %55, %60
  %62 = load ptr, ptr %5, align 8
  %63 = getelementptr inbounds nuw %struct.lightexit_tally, ptr %62, i32 0, i32 1
  %64 = load i64, ptr %63, align 8
  %65 = add i64 %64, %61
  store i64 %65, ptr %63, align 8
  %66 = call i64 inttoptr (i64 5 to ptr)() #5
  %67 = load ptr, ptr %6, align 8
  %68 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %67, i32 0, i32 2
  %69 = load i64, ptr %68, align 8
  %70 = sub i64 %66, %69
  %71 = load ptr, ptr %6, align 8
  %72 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %71, i32 0, i32 10
  %73 = load i8, ptr %72, align 8
  %74 = zext i8 %73 to i32
  %75 = zext i32 %74 to i64
  %76 = shl i64 %70, %75
  %77 = load ptr, ptr %5, align 8
  %78 = getelementptr inbounds nuw %struct.lightexit_tally, ptr %77, i32 0, i32 2
  %79 = load i64, ptr %78, align 8
  %80 = add i64 %79, %76
  store i64 %80, ptr %78, align 8
  br label %81

81:                                               ; preds = %49, %25
  br label %82

82:                                               ; preds = %81, %20, %13
  %83 = load ptr, ptr %6, align 8
  %84 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %83, i32 0, i32 2
  store i64 0, ptr %84, align 8
  store i32 0, ptr %2, align 4
  store i32 1, ptr %7, align 4
  br label %85

85:                                               ; preds = %82, %12
  call void @llvm.lifetime.end.p0(ptr %6) #4
  call void @llvm.lifetime.end.p0(ptr %5) #4
  call void @llvm.lifetime.end.p0(ptr %4) #4
  %86 = load i32, ptr %2, align 4
  ret i32 %86
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
  %36 = call ptr @entry_of(ptr noundef @registers, ptr noundef %7, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 8)) #5
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
  %55 = call ptr @entry_of(ptr noundef @registers, ptr noundef %7, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 8)) #5
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
define internal void @in_doubt(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %3, i32 0, i32 6
  %5 = load i8, ptr %4, align 4
  %6 = icmp ne i8 %5, 0
  br i1 %6, label %7, label %19

7:                                                ; preds = %1
  %8 = load ptr, ptr %2, align 8
  %9 = load ptr, ptr %2, align 8
  %10 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %9, i32 0, i32 0
  %11 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %10, i32 0, i32 0
  %12 = load i64, ptr %11, align 8
  %13 = load ptr, ptr %2, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %13, i32 0, i32 0
  %15 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %14, i32 0, i32 4
  %16 = load i32, ptr %15, align 4
  %17 = call i32 @usual_answer(i64 noundef %12, i32 noundef %16) #5
  %18 = call i32 @settle(ptr noundef %8, i32 noundef %17, i64 noundef -1, i32 noundef 0) #5
  br label %19

19:                                               ; preds = %7, %1
  %20 = load ptr, ptr %2, align 8
  %21 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %20, i32 0, i32 7
  store i8 0, ptr %21, align 1
  %22 = load ptr, ptr %2, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %22, i32 0, i32 1
  store i64 0, ptr %23, align 8
  %24 = load ptr, ptr %2, align 8
  %25 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %24, i32 0, i32 2
  store i64 0, ptr %25, align 8
  %26 = load ptr, ptr %2, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %26, i32 0, i32 8
  store i8 0, ptr %27, align 2
  %28 = load ptr, ptr %2, align 8
  %29 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %28, i32 0, i32 12
  store i8 1, ptr %29, align 2
  ret void
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
  %11 = load ptr, ptr %5, align 8
  %12 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %11, i32 0, i32 0
  %13 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %12, i32 0, i32 0
  %14 = load i64, ptr %13, align 8
  %15 = load ptr, ptr %5, align 8
  %16 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %15, i32 0, i32 0
  %17 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %16, i32 0, i32 4
  %18 = load i32, ptr %17, align 4
  %19 = call ptr @tally_of(i64 noundef %14, i32 noundef %18) #5
  store ptr %19, ptr %8, align 8
  call void @llvm.lifetime.start.p0(ptr %9) #4
  %20 = load i64, ptr %6, align 8
  %21 = load i32, ptr %7, align 4
  %22 = call ptr @tally_of(i64 noundef %20, i32 noundef %21) #5
  store ptr %22, ptr %9, align 8
  %23 = load ptr, ptr %9, align 8
  %24 = icmp ne ptr %23, null
  br i1 %24, label %25, label %30

25:                                               ; preds = %3
  %26 = load ptr, ptr %9, align 8
  %27 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %26, i32 0, i32 2
  %28 = load i64, ptr %27, align 8
  %29 = icmp ne i64 %28, 0
  br i1 %29, label %39, label %30

30:                                               ; preds = %25, %3
  %31 = load ptr, ptr %8, align 8
  %32 = icmp ne ptr %31, null
  br i1 %32, label %33, label %39

33:                                               ; preds = %30
  %34 = load ptr, ptr %8, align 8
  %35 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %34, i32 0, i32 2
  %36 = load i64, ptr %35, align 8
  %37 = icmp eq i64 %36, 2
  br i1 %37, label %38, label %39

38:                                               ; preds = %33
  store i32 1, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %62

39:                                               ; preds = %33, %30, %25
  %40 = load ptr, ptr %9, align 8
  %41 = icmp ne ptr %40, null
  br i1 %41, label %42, label %47

42:                                               ; preds = %39
  %43 = load ptr, ptr %9, align 8
  %44 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %43, i32 0, i32 2
  %45 = load i64, ptr %44, align 8
  %46 = icmp ne i64 %45, 0
  br i1 %46, label %56, label %47

47:                                               ; preds = %42, %39
  %48 = load ptr, ptr %8, align 8
  %49 = icmp ne ptr %48, null
  br i1 %49, label %50, label %56

50:                                               ; preds = %47
  %51 = load ptr, ptr %8, align 8
  %52 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %51, i32 0, i32 2
  %53 = load i64, ptr %52, align 8
  %54 = icmp eq i64 %53, 1
  br i1 %54, label %55, label %56

55:                                               ; preds = %50
  store i32 0, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %62

56:                                               ; preds = %50, %47, %42
  %57 = load i64, ptr %6, align 8
  %58 = load i32, ptr %7, align 4
  %59 = call i32 @usual_answer(i64 noundef %57, i32 noundef %58) #5
  %60 = icmp eq i32 %59, 0
  %61 = zext i1 %60 to i32
  store i32 %61, ptr %4, align 4
  store i32 1, ptr %10, align 4
  br label %62

62:                                               ; preds = %56, %55, %38
  call void @llvm.lifetime.end.p0(ptr %9) #4
  call void @llvm.lifetime.end.p0(ptr %8) #4
  %63 = load i32, ptr %4, align 4
  ret i32 %63
}

; Function Attrs: alwaysinline nounwind
define internal i32 @is_kvms_own(i64 noundef %0, i32 noundef %1) #2 {
  %3 = alloca i32, align 4
  %4 = alloca i64, align 8
  %5 = alloca i32, align 4
  store i64 %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  %6 = load i32, ptr %5, align 4
  %7 = and i32 %6, 255
  %8 = icmp eq i32 %7, 1
  br i1 %8, label %9, label %20

9:                                                ; preds = %2
  %10 = load i64, ptr %4, align 8
  %11 = lshr i64 %10, 20
  %12 = icmp eq i64 %11, 4078
  br i1 %12, label %17, label %13

13:                                               ; preds = %9
  %14 = load i64, ptr %4, align 8
  %15 = lshr i64 %14, 12
  %16 = icmp eq i64 %15, 1043456
  br label %17

17:                                               ; preds = %13, %9
  %18 = phi i1 [ true, %9 ], [ %16, %13 ]
  %19 = zext i1 %18 to i32
  store i32 %19, ptr %3, align 4
  br label %50

20:                                               ; preds = %2
  %21 = load i64, ptr %4, align 8
  %22 = icmp uge i64 %21, 32
  br i1 %22, label %23, label %26

23:                                               ; preds = %20
  %24 = load i64, ptr %4, align 8
  %25 = icmp ule i64 %24, 33
  br i1 %25, label %47, label %26

26:                                               ; preds = %23, %20
  %27 = load i64, ptr %4, align 8
  %28 = icmp uge i64 %27, 64
  br i1 %28, label %29, label %32

29:                                               ; preds = %26
  %30 = load i64, ptr %4, align 8
  %31 = icmp ule i64 %30, 67
  br i1 %31, label %47, label %32

32:                                               ; preds = %29, %26
  %33 = load i64, ptr %4, align 8
  %34 = icmp uge i64 %33, 160
  br i1 %34, label %35, label %38

35:                                               ; preds = %32
  %36 = load i64, ptr %4, align 8
  %37 = icmp ule i64 %36, 161
  br i1 %37, label %47, label %38

38:                                               ; preds = %35, %32
  %39 = load i64, ptr %4, align 8
  %40 = icmp uge i64 %39, 1232
  br i1 %40, label %41, label %44

41:                                               ; preds = %38
  %42 = load i64, ptr %4, align 8
  %43 = icmp ule i64 %42, 1233
  br i1 %43, label %47, label %44

44:                                               ; preds = %41, %38
  %45 = load i64, ptr %4, align 8
  %46 = icmp eq i64 %45, 97
  br label %47

47:                                               ; preds = %44, %41, %35, %29, %23
  %48 = phi i1 [ true, %41 ], [ true, %35 ], [ true, %29 ], [ true, %23 ], [ %46, %44 ]
  %49 = zext i1 %48 to i32
  store i32 %49, ptr %3, align 4
  br label %50

50:                                               ; preds = %47, %17
  %51 = load i32, ptr %3, align 4
  ret i32 %51
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
  %24 = load i32, ptr %7, align 4
  %25 = add i32 1, %24
  %26 = trunc i32 %25 to i8
  %27 = load ptr, ptr %6, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %27, i32 0, i32 11
  store i8 %26, ptr %28, align 1
  %29 = load ptr, ptr %6, align 8
  %30 = load i32, ptr %7, align 4
  %31 = load i64, ptr %8, align 8
  %32 = load i32, ptr %9, align 4
  call void @count(ptr noundef %29, i32 noundef %30, i64 noundef %31, i32 noundef %32) #5
  %33 = load i64, ptr %8, align 8
  %34 = icmp ne i64 %33, -1
  br i1 %34, label %35, label %40

35:                                               ; preds = %5
  %36 = load i32, ptr %11, align 4
  %37 = zext i32 %36 to i64
  %38 = load i64, ptr %8, align 8
  %39 = udiv i64 %38, %37
  store i64 %39, ptr %8, align 8
  br label %40

40:                                               ; preds = %35, %5
  %41 = load ptr, ptr %6, align 8
  %42 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %41, i32 0, i32 0
  %43 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %42, i32 0, i32 3
  store i32 1, ptr %43, align 8
  store i32 0, ptr %13, align 4
  br label %44

44:                                               ; preds = %65, %40
  %45 = load i32, ptr %13, align 4
  %46 = icmp ult i32 %45, 64
  br i1 %46, label %47, label %50

47:                                               ; preds = %44
  %48 = load i32, ptr %11, align 4
  %49 = icmp ne i32 %48, 0
  br label %50

50:                                               ; preds = %47, %44
  %51 = phi i1 [ false, %44 ], [ %49, %47 ]
  br i1 %51, label %52, label %70

52:                                               ; preds = %50
  %53 = load ptr, ptr %6, align 8
  %54 = load ptr, ptr %10, align 8
  %55 = load i32, ptr %13, align 4
  %56 = load i32, ptr %12, align 4
  %57 = mul i32 %55, %56
  %58 = zext i32 %57 to i64
  %59 = getelementptr inbounds nuw i8, ptr %54, i64 %58
  call void @see_value(ptr noundef %53, ptr noundef %59) #5
  %60 = load ptr, ptr %6, align 8
  %61 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %60, i32 0, i32 0
  %62 = load i32, ptr %7, align 4
  %63 = load i64, ptr %8, align 8
  %64 = call i32 @record(ptr noundef %61, i32 noundef %62, i64 noundef %63) #5
  br label %65

65:                                               ; preds = %52
  %66 = load i32, ptr %13, align 4
  %67 = add i32 %66, 1
  store i32 %67, ptr %13, align 4
  %68 = load i32, ptr %11, align 4
  %69 = add i32 %68, -1
  store i32 %69, ptr %11, align 4
  br label %44, !llvm.loop !6

70:                                               ; preds = %50
  %71 = load i32, ptr %11, align 4
  %72 = load ptr, ptr %6, align 8
  %73 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %72, i32 0, i32 0
  %74 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %73, i32 0, i32 3
  store i32 %71, ptr %74, align 8
  %75 = load ptr, ptr %6, align 8
  %76 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %75, i32 0, i32 0
  %77 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %76, i32 0, i32 5
  store i32 0, ptr %77, align 8
  %78 = load i32, ptr %11, align 4
  %79 = icmp ne i32 %78, 0
  br i1 %79, label %80, label %86

80:                                               ; preds = %70
  %81 = load ptr, ptr %6, align 8
  %82 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %81, i32 0, i32 0
  %83 = load i32, ptr %7, align 4
  %84 = load i64, ptr %8, align 8
  %85 = call i32 @record(ptr noundef %82, i32 noundef %83, i64 noundef %84) #5
  br label %86

86:                                               ; preds = %80, %70
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
  %10 = alloca i64, align 8
  %11 = alloca ptr, align 8
  %12 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store i32 %1, ptr %6, align 4
  store i64 %2, ptr %7, align 8
  store i32 %3, ptr %8, align 4
  call void @llvm.lifetime.start.p0(ptr %9) #4
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %13, i32 0, i32 0
  %15 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %14, i32 0, i32 0
  %16 = load i64, ptr %15, align 8
  %17 = load ptr, ptr %5, align 8
  %18 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %17, i32 0, i32 0
  %19 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %18, i32 0, i32 4
  %20 = load i32, ptr %19, align 4
  %21 = call ptr @tally_of(i64 noundef %16, i32 noundef %20) #5
  store ptr %21, ptr %9, align 8
  call void @llvm.lifetime.start.p0(ptr %10) #4
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %22, i32 0, i32 0
  %24 = getelementptr inbounds nuw %struct.lightexit_seen_access, ptr %23, i32 0, i32 3
  %25 = load i32, ptr %24, align 8
  %26 = zext i32 %25 to i64
  %27 = load ptr, ptr %5, align 8
  %28 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %27, i32 0, i32 10
  %29 = load i8, ptr %28, align 8
  %30 = zext i8 %29 to i32
  %31 = zext i32 %30 to i64
  %32 = shl i64 %26, %31
  store i64 %32, ptr %10, align 8
  call void @llvm.lifetime.start.p0(ptr %11) #4
  %33 = load ptr, ptr %9, align 8
  %34 = icmp ne ptr %33, null
  br i1 %34, label %37, label %35

35:                                               ; preds = %4
  %36 = load i64, ptr %10, align 8
  call void @lost(i64 noundef %36, i32 noundef 0) #5
  store i32 1, ptr %12, align 4
  br label %86

37:                                               ; preds = %4
  %38 = load i32, ptr %6, align 4
  %39 = icmp eq i32 %38, 1
  br i1 %39, label %40, label %43

40:                                               ; preds = %37
  %41 = load ptr, ptr %9, align 8
  %42 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %41, i32 0, i32 1
  br label %46

43:                                               ; preds = %37
  %44 = load ptr, ptr %9, align 8
  %45 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %44, i32 0, i32 0
  br label %46

46:                                               ; preds = %43, %40
  %47 = phi ptr [ %42, %40 ], [ %45, %43 ]
  store ptr %47, ptr %11, align 8
  %48 = load i64, ptr %10, align 8
  %49 = load ptr, ptr %11, align 8
  %50 = getelementptr inbounds nuw %struct.lightexit_tally, ptr %49, i32 0, i32 0
  %51 = load i64, ptr %50, align 8
  %52 = add i64 %51, %48
  store i64 %52, ptr %50, align 8
  %53 = load i64, ptr %7, align 8
  %54 = icmp ne i64 %53, -1
  br i1 %54, label %55, label %72

55:                                               ; preds = %46
  %56 = load i64, ptr %10, align 8
  %57 = load ptr, ptr %11, align 8
  %58 = getelementptr inbounds nuw %struct.lightexit_tally, ptr %57, i32 0, i32 1
  %59 = load i64, ptr %58, align 8
  %60 = add i64 %59, %56
  store i64 %60, ptr %58, align 8
  %61 = load i64, ptr %7, align 8
  %62 = load ptr, ptr %5, align 8
  %63 = getelementptr inbounds nuw %struct.lightexit_thread, ptr %62, i32 0, i32 10
  %64 = load i8, ptr %63, align 8
  %65 = zext i8 %64 to i32
  %66 = zext i32 %65 to i64
  %67 = shl i64 %61, %66
  %68 = load ptr, ptr %11, align 8
  %69 = getelementptr inbounds nuw %struct.lightexit_tally, ptr %68, i32 0, i32 2
  %70 = load i64, ptr %69, align 8
  %71 = add i64 %70, %67
  store i64 %71, ptr %69, align 8
  br label %72

72:                                               ; preds = %55, %46
  %73 = load i32, ptr %8, align 4
  %74 = icmp ne i32 %73, 0
  br i1 %74, label %75, label %85

75:                                               ; preds = %72
  %76 = load i32, ptr %6, align 4
  %77 = icmp eq i32 %76, 1
  %78 = zext i1 %77 to i64
  %79 = select i1 %77, i32 2, i32 1
  %80 = sext i32 %79 to i64
  %81 = load ptr, ptr %9, align 8
  %82 = getelementptr inbounds nuw %struct.lightexit_access_tally, ptr %81, i32 0, i32 2
  %83 = load i64, ptr %82, align 8
  %84 = or i64 %83, %80
  store i64 %84, ptr %82, align 8
  br label %85

85:                                               ; preds = %75, %72
  store i32 0, ptr %12, align 4
  br label %86

86:                                               ; preds = %85, %35
  call void @llvm.lifetime.end.p0(ptr %11) #4
  call void @llvm.lifetime.end.p0(ptr %10) #4
  call void @llvm.lifetime.end.p0(ptr %9) #4
  %87 = load i32, ptr %12, align 4
  switch i32 %87, label %89 [
    i32 0, label %88
    i32 1, label %88
  ]

88:                                               ; preds = %86, %86
  ret void

89:                                               ; preds = %86
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
  %8 = call ptr @entry_of(ptr noundef @vms, ptr noundef %4, ptr noundef getelementptr inbounds nuw (%struct.lightexit_probe_config, ptr @config, i32 0, i32 10)) #5
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
!6 = distinct !{!6, !5}
