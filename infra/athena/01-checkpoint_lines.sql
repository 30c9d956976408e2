-- The lines of delivered checkpoints; the name of an object is the size that it covers.
CREATE EXTERNAL TABLE IF NOT EXISTS `${database}`.`checkpoint_lines` (
  `line` string
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
WITH SERDEPROPERTIES ('field.delim' = '\u0001', 'serialization.format' = '\u0001')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '${location}/checkpoints/'
