using Crux.Machines.Flock.Durable;
using Crux.Simulator.Disk;

namespace Crux.Simulator.Tests.Disk;

public sealed class SimulatedDiskTests
{
    [Fact]
    public void What_was_acknowledged_survives_every_crash()
    {
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var disk = new SimulatedDisk(seed);
            disk.Begin(new DurableWrite(DurableKind.Vote, 1, new byte[] { 1 }));
            disk.Finish(1);
            Assert.True(disk.TryTakeDone(out var ticket));
            Assert.Equal(1ul, ticket);
            disk.Crash();
            Assert.Equal(1, disk.Read().Of(DurableKind.Vote)!.Value.Span[0]);
        }
    }

    [Fact]
    public void What_was_not_is_there_or_lost_by_the_seed_and_nobody_is_told()
    {
        var survived = 0;
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var disk = new SimulatedDisk(seed);
            disk.Begin(new DurableWrite(DurableKind.Vote, 1, new byte[] { 1 }));
            disk.Crash();
            Assert.False(disk.TryTakeDone(out _));
            survived += disk.Read().Of(DurableKind.Vote) is null ? 0 : 1;
        }
        Assert.InRange(survived, 30, 70);
    }

    [Fact]
    public void An_image_of_a_disk_is_a_second_memory()
    {
        var disk = new SimulatedDisk(1);
        disk.Begin(new DurableWrite(DurableKind.Birth, 1, new byte[] { 7 }));
        disk.Finish(1);
        var copy = new SimulatedDisk(2);
        copy.CopyFrom(disk);
        disk.Wipe();
        Assert.Null(disk.Read().Of(DurableKind.Birth));
        Assert.Equal(7, copy.Read().Of(DurableKind.Birth)!.Value.Span[0]);
    }
}
