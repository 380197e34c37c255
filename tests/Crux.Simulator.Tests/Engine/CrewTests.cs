using Crux.Simulator.Engine;

namespace Crux.Simulator.Tests.Engine;

/// <summary>Threads that work together lose none of the work and do none of it twice, however many there are for however few processors.</summary>
public sealed class CrewTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public void Every_piece_is_done_once_before_the_owner_goes_on(int workers)
    {
        const int Rounds = 2_000, Pieces = 16;
        var (next, done, late) = (Pieces, 0, 0);
        using var crew = new Crew(workers, _ =>
        {
            while (Interlocked.Increment(ref next) <= Pieces)
                Interlocked.Increment(ref done);
        });
        for (var round = 1; round <= Rounds; round++)
        {
            Volatile.Write(ref next, 0);
            crew.Run();
            late += done == round * Pieces ? 0 : 1;
        }
        Assert.Equal(0, late);
    }
}
