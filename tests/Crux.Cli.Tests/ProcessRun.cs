using System.Diagnostics;

namespace Crux.Cli.Tests;

/// <summary>A run of a real process.</summary>
internal static class ProcessRun
{
    public static async Task<Transcript> OfAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(WithRuntime(start))!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Transcript(process.ExitCode, await output, await error);
    }

    /// <summary>The built command, with these arguments and what it needs to start.</summary>
    public static ProcessStartInfo Prepare(params string[] arguments) => WithRuntime(new ProcessStartInfo(Crux, arguments));

    private static ProcessStartInfo WithRuntime(ProcessStartInfo start)
    {
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location))));
        return start;
    }

    /// <summary>The built command itself.</summary>
    public static string Crux => Path.Combine(AppContext.BaseDirectory, "crux");
}
