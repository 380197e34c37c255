using System.Diagnostics;

namespace Crux.Cli.Tests;

/// <summary>A run of a real process.</summary>
internal static class ProcessRun
{
    public static async Task<Transcript> OfAsync(ProcessStartInfo start)
    {
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location))));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Transcript(process.ExitCode, await output, await error);
    }

    /// <summary>The built command itself.</summary>
    public static string Crux => Path.Combine(AppContext.BaseDirectory, "crux");
}
