namespace Crux.System.Load;

/// <summary>Burns its share of a core on nothing, as the baseline beside which honest callers are counted.</summary>
internal static class Burner
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken stopping)
    {
        var pace = new CpuPace(arguments.Number("cpu-percent", 0));
        ulong sum = 1;
        while (!stopping.IsCancellationRequested)
        {
            for (var i = 0; i < 1_000_000; i++)
                sum = (sum * 6364136223846793005) + 1442695040888963407;
            await pace.KeepAsync(stopping);
        }
        return sum == 0 ? 1 : 0;
    }
}
