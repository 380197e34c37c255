using System.CommandLine.Parsing;

namespace Crux.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("statsu", "Did you mean 'status'?")]
    [InlineData("memebrs", "Did you mean 'members'?")]
    [InlineData("status --jsno", "Did you mean '--json'?")]
    [InlineData("lookup galumph2 --wy", "Did you mean '--why'?")]
    [InlineData("log lsit", "Did you mean 'list'?")]
    [InlineData("lookup", "Required argument 'SELECTOR' missing")]
    [InlineData("secret", "See 'crux secret --help'.")]
    [InlineData("status --timeout 5", "is no duration")]
    [InlineData("status --timeout 2h", "from 1ms to 1h")]
    [InlineData("completion tcsh", "Must be one of: 'bash', 'zsh', 'fish'. See")]
    [InlineData("trust mode frob --operator-key k", "Must be one of: 'learn', 'warn', 'strict', 'unset'. See")]
    public async Task A_slip_is_exit_code_2_and_says_what_was_meant(string line, string part)
    {
        var run = await Transcript.OfAsync(line.Split(' '));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(part, run.Error, StringComparison.Ordinal);
        Assert.Contains("--help'.", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task A_word_like_no_other_gets_no_guess()
    {
        var run = await Transcript.OfAsync("frobnicate");
        Assert.DoesNotContain("Did you mean", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("members")]
    [InlineData("services")]
    [InlineData("lookup")]
    [InlineData("leader")]
    [InlineData("boot")]
    [InlineData("watch")]
    [InlineData("log set")]
    [InlineData("secret new")]
    [InlineData("completion")]
    public async Task Help_teaches_by_examples_that_can_be_read(string command)
    {
        var run = await Transcript.OfAsync([.. command.Split(' '), "--help"]);
        Assert.Equal(ExitCode.Ok, run.Code);
        var examples = run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n')[1..].Where(line => line.StartsWith("  ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(examples);
        // What follows two blanks is the purpose, what follows a bar or an angle is the shell's.
        foreach (var example in examples.Select(line => line.Trim().Split("  ")[0].Split('|', '>', ';')[0].Trim()).Where(line => line.StartsWith("crux ", StringComparison.Ordinal)))
        {
            var words = CommandLineParser.SplitCommandLine(example.Replace('\'', '"')).Skip(1).ToArray();
            var ran = await Transcript.OfAsync([.. words, "--help"]);
            Assert.True(ran.Code == ExitCode.Ok && ran.Error == "", $"{example}: {ran.Error}");
        }
    }

    [Fact]
    public async Task Crux_alone_shows_the_help_with_the_exit_codes()
    {
        var run = await Transcript.OfAsync();
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Contains("Exit codes: 0 done", run.Out, StringComparison.Ordinal);
        Assert.Contains("crux lookup galumph2 --why", run.Out, StringComparison.Ordinal);
    }
}
